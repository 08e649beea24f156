"""The table of threats with a defence taken out, rows 1 to 20: each test of a row sees that it is gone.

A row's fault takes out one of its defences, in code, settings or the files of a deployment: those that stand behind it
are seen by tests of their own.
"""

from __future__ import annotations

from typing import Final

from tests.mutations.mutant import Mutant

FAULTS: Final = (
    Mutant(
        name="s01-programs-make-programs",
        why="a text of data becomes a program that leaves the expression",
        file="workflows/javascript/prelude/seal.js",
        old="{ value: undefined, writable: false, configurable: false }",
        new="{ value: prototype.constructor }",
        killers=(
            "tests/unit/workflows/javascript/test_escapes.py::test_what_leads_out_of_other_sandboxes_throws_here",
        ),
    ),
    Mutant(
        name="s02-a-program-may-open-files",
        why="a program that breaks out of its engine reads and writes what it likes",
        file="workflows/javascript/jail.py",
        old="        (resource.RLIMIT_NOFILE, 0),\n",
        new="",
        killers=("tests/unit/workflows/javascript/test_jail.py::test_the_process_has_nothing_but_its_two_pipes",),
    ),
    Mutant(
        name="s03-any-body-is-read-everywhere",
        why="a body of one kind is taken for one of another, and a name in it for a file",
        file="config/settings.py",
        old='"DEFAULT_PARSER_CLASSES": ["config.api_json.StrictJSONParser"]',
        new='"DEFAULT_PARSER_CLASSES": ["config.api_json.StrictJSONParser", "rest_framework.parsers.MultiPartParser"]',
        killers=("tests/security/test_s03_s04_files.py::test_a_body_of_files_is_no_input_of_a_run",),
    ),
    Mutant(
        name="s04-senders-name-the-files",
        why="a name leads out of the folder or is a program of the web server",
        file="tickets/services/attachments.py",
        old='stored_as = f"{secrets.token_hex(1)}/{secrets.token_urlsafe(32)}"',
        new='stored_as = f"{secrets.token_hex(1)}/{file.name}"',
        killers=("tests/security/test_s03_s04_files.py::test_a_name_decides_nothing_about_the_place",),
    ),
    Mutant(
        name="s05-parameters-become-conditions",
        why="whoever asks writes the query: passwords are guessed letter by letter",
        file="accounts/api/filters.py",
        old="raise UnknownFilter(unknown[:20], known)",
        new="queryset = queryset.filter(**{name: request.query_params[name] for name in unknown})",
        killers=(
            "tests/security/test_s05_query_parameters.py::test_no_query_breaks_a_list_or_reaches_the_database_as_a_name",
        ),
    ),
    Mutant(
        name="s06-a-table-has-any-name",
        why="the name of a table is a statement of its own",
        file="workflows/nodes/bigquery_insert.py",
        old="if not TABLE.fullmatch(config.table):",
        new="if not config.table:",
        killers=("tests/nodes/test_bigquery_insert.py::test_a_table_is_a_plain_name",),
    ),
    Mutant(
        name="s07-inner-addresses-are-called",
        why="whoever writes a workflow reads the services inside",
        file="integrations/targets.py",
        old="return any(address in network for network in PRIVATE_V4)",
        new="return False",
        killers=("tests/unit/integrations/test_targets.py::test_an_address_of_an_inner_network_is_refused",),
    ),
    Mutant(
        name="s08-one-good-answer-is-enough",
        why="a name that answers once this way and once that leads inside",
        file="integrations/targets.py",
        old="any(refused_address(address) for address in found)",
        new="all(refused_address(address) for address in found)",
        killers=("tests/unit/integrations/test_targets.py::test_one_private_answer_of_many_forbids_the_name",),
    ),
    Mutant(
        name="s08-a-name-is-asked-for-again",
        why="the answer that is connected to is not the one that was checked",
        file="integrations/pinning.py",
        old="reach(_lookup(call, rules, self._dns_host, self.port), self.port, call)",
        new="reach([self._dns_host] if _lookup(call, rules, self._dns_host, self.port) else [], self.port, call)",
        killers=("tests/security/test_s07_targets.py::test_a_connection_goes_to_the_address_that_was_checked",),
    ),
    Mutant(
        name="s09-redirects-are-always-followed",
        why="an outside server sends a request where nobody meant it to go",
        file="integrations/http.py",
        old="range(MAX_REDIRECTS if follow_redirects else 0)",
        new="range(MAX_REDIRECTS)",
        killers=("tests/integration/integrations/test_http_targets.py::test_a_redirect_is_not_followed_unless_told",),
    ),
    Mutant(
        name="s10-a-redirect-takes-the-secret-along",
        why="another host gets the credential",
        file="integrations/http.py",
        old="own = {name: value for name, value in own.items() if name.lower() in KEPT_ACROSS_ORIGINS}",
        new="own = dict(own)",
        killers=(
            "tests/integration/integrations/test_http_targets.py::test_nothing_secret_goes_along_to_another_origin",
        ),
    ),
    Mutant(
        name="s11-an-answer-has-no-end",
        why="a bomb of a few kilobytes fills the worker's memory",
        file="integrations/decoding.py",
        old="room = self._max_bytes - len(self._body)",
        new="room = 10**9",
        killers=("tests/integration/integrations/test_http.py::test_a_bomb_is_not_unpacked_beyond_the_default_limit",),
    ),
    Mutant(
        name="s12-any-signature-fits",
        why="anybody starts runs",
        file="executions/api/hook_proofs.py",
        old="return delivery if any(fits) else None",
        new="return delivery",
        killers=("tests/integration/reacting/test_hooks.py::test_nothing_but_a_true_signature_is_let_in",),
    ),
    Mutant(
        name="s12-a-hook-without-a-secret-is-open",
        why="a revoked secret lets everybody in",
        file="executions/api/hook_proofs.py",
        old="if check is None or secret is None:",
        new='if secret is None:\n        return ""\n    if check is None:',
        killers=("tests/integration/reacting/test_hooks.py::test_a_hook_whose_secret_is_gone_lets_nobody_in",),
    ),
    Mutant(
        name="s12-an-empty-key-is-a-key",
        why="a secret of nothing but its mark is known to everybody",
        file="executions/api/hook_proofs.py",
        old="if not key:",
        new="if key is None:",
        killers=("tests/integration/reacting/test_hooks.py::test_a_secret_of_nothing_but_its_mark_lets_nobody_in",),
    ),
    Mutant(
        name="s13-a-captured-call-stays-good",
        why="what somebody overheard works for ever",
        file="executions/api/hook_proofs.py",
        old="TOLERANCE_SECONDS: Final = 300",
        new="TOLERANCE_SECONDS: Final = 10**12",
        killers=("tests/integration/reacting/test_hooks.py::test_nothing_but_a_true_signature_is_let_in",),
    ),
    Mutant(
        name="s14-anybody-is-telegram",
        why="a forged update presses the buttons of others",
        file="tickets/telegram/webhook.py",
        old="if ours and hmac.compare_digest(secret.encode(), ours.encode()):",
        new="if ours or not ours:",
        killers=(
            "tests/integration/telegram/test_webhook.py::test_without_the_secret_nothing_is_taken_in",
            "tests/integration/telegram/test_webhook.py::test_an_installation_without_a_secret_takes_nothing_in",
        ),
    ),
    Mutant(
        name="s15-a-number-of-somebody-else-counts",
        why="a contact that anybody forwards opens its owner's account",
        file="tickets/telegram/linking.py",
        old="if contact.user_id != telegram.id or found is None",
        new="if found is None",
        killers=(
            "tests/integration/telegram/test_people.py::test_a_number_counts_only_when_it_is_the_senders_own_and_verified",
        ),
    ),
    Mutant(
        name="s15-a-key-stays-good",
        why="who finds an old link ties their own Telegram to the account",
        file="tickets/services/linking.py",
        old="if not LinkToken.objects.filter(digest=_digest(token)).delete()[0]:",
        new="if not LinkToken.objects.filter(digest=_digest(token)).exists():",
        killers=(
            "tests/integration/tickets/test_beyond.py::test_a_key_ties_a_telegram_account_once_and_for_ten_minutes",
        ),
    ),
    Mutant(
        name="s16-an-old-refresh-token-works-again",
        why="a stolen token lives beside its owner's",
        file="accounts/tokens.py",
        old="if user is None or family.current != claims.id:",
        new="if user is None:",
        killers=("tests/integration/accounts/test_refresh.py::test_a_token_that_comes_back_kills_its_family",),
    ),
    Mutant(
        name="s16-parallel-refreshes-all-succeed",
        why="one token becomes many",
        file="accounts/tokens.py",
        old="TokenFamily.objects.select_for_update()",
        new="TokenFamily.objects",
        killers=("tests/integration/accounts/test_refresh.py::test_of_parallel_exchanges_one_succeeds",),
    ),
    Mutant(
        name="s17-who-was-shut-out-stays-in",
        why="a token outlives its person's rights",
        file="accounts/tokens.py",
        old="AND person.is_active AND person.token_version = %(version)s::bigint",
        new="AND %(version)s::bigint IS NOT NULL",
        killers=(
            "tests/integration/accounts/test_users_api.py::test_deleting_a_person_closes_their_way_in_and_keeps_them",
        ),
    ),
    Mutant(
        name="s18-a-header-steers-the-check",
        why="a token says itself how it is to be judged",
        file="accounts/tokens.py",
        old='if jwt.get_unverified_header(raw) != {"alg": "HS256", "typ": "JWT"}:',
        new="if not jwt.get_unverified_header(raw):",
        killers=("tests/integration/accounts/test_forged_tokens.py::test_a_forged_token_is_401",),
    ),
    Mutant(
        name="s19-equal-secrets-start",
        why="whoever learns one key has all",
        file="config/unsafe_values.py",
        old='if values.get("SECRET_KEY") and values.get("SECRET_KEY") == values.get("JWT_SECRET"):',
        new="if not values:",
        killers=("tests/unit/config/test_unsafe_values.py::test_equal_secrets_are_refused",),
    ),
    Mutant(
        name="s20-guessing-goes-on",
        why="passwords are tried until one fits",
        file="accounts/logins.py",
        old="PER_LOGIN = 5",
        new="PER_LOGIN = 5_000",
        killers=("tests/integration/accounts/test_login.py::test_the_sixth_failure_in_a_minute_is_refused_unread",),
    ),
)
