"""Rows of the table of threats whose proof stands elsewhere: file and test. The others carry `S<n>:` in a docstring."""

from __future__ import annotations

from typing import Final

PROOFS: Final[dict[int, tuple[str, ...]]] = {
    1: (
        "tests/unit/workflows/javascript/test_escapes.py::test_what_leads_out_of_other_sandboxes_gives_nothing_here",
        "tests/unit/workflows/javascript/test_escapes.py::test_a_program_that_takes_too_much_is_ended_and_the_next_one_runs",
        "tests/unit/workflows/graph/test_expressions.py::test_any_config_renders_over_any_item",
    ),
    2: (
        "tests/unit/workflows/javascript/test_jail.py::test_the_process_has_nothing_but_its_two_pipes",
        "tests/unit/workflows/javascript/test_jail.py::test_the_process_does_not_see_the_environment_of_its_parent",
    ),
    6: (
        "tests/nodes/test_bigquery_insert.py::test_a_table_is_a_plain_name",
        "tests/nodes/test_bigquery_query.py::test_a_value_travels_apart_from_the_text_with_its_type",
        "tests/integration/bigquery/test_nodes.py::test_values_of_a_query_are_data_whatever_they_hold",
    ),
    15: (
        "tests/integration/telegram/test_people.py::test_a_link_asks_whose_account_it_is_and_ties_it_once",
        "tests/integration/telegram/test_people.py::test_a_number_counts_only_when_it_is_the_senders_own_and_verified",
        "tests/integration/tickets/test_beyond.py::test_a_key_ties_a_telegram_account_once_and_for_ten_minutes",
    ),
    26: (
        "tests/integration/integrations/test_credentials.py::test_the_row_and_every_representation_hide_the_secret",
        "tests/integration/integrations/test_credentials.py::test_a_ciphertext_that_was_moved_to_another_row_does_not_open",
        "tests/integration/integrations/test_credentials.py::test_a_wrong_key_is_a_clear_error",
        "tests/integration/integrations/test_credentials.py::test_rotation_moves_every_row_to_the_new_key_while_both_open",
    ),
    29: (
        "tests/nodes/test_text_pattern.py::test_a_pattern_that_backtracks_for_ever_is_stopped",
        "tests/nodes/test_llm_chat.py::test_a_schema_that_cannot_be_checked_is_refused_on_save",
        "tests/unit/workflows/javascript/test_escapes.py::test_a_program_that_takes_too_much_is_ended_and_the_next_one_runs",
    ),
    31: (
        "tests/integration/realtime/test_admission.py::test_foreign_pages_may_not_connect",
        "tests/integration/realtime/test_admission.py::test_a_bad_token_is_refused",
        "tests/integration/realtime/test_admission.py::test_a_foreign_run_is_not_there",
        "tests/integration/realtime/test_admission.py::test_an_enormous_message_closes_the_socket",
        "tests/integration/realtime/test_admission.py::test_a_person_has_twenty_sockets",
    ),
    32: (
        "tests/integration/tickets/test_api.py::test_files_are_given_to_who_sees_the_ticket_and_to_nobody_else",
        "tests/integration/tickets/test_pages.py::test_pages_load_nothing_from_elsewhere_and_speak_the_language_of_their_reader",
        "tests/integration/workflows/test_editor_pages.py::test_no_page_of_the_editor_carries_a_program_of_its_own",
        "tests/nodes/test_markdown.py::test_tags_and_scripts_inside_become_text",
    ),
    38: (
        "tests/integration/workflows/n8n/test_mutations.py::test_damaged_files_are_refused_or_stored_whole",
        "tests/integration/workflows/n8n/test_mutations.py::test_many_damaged_real_exports_are_refused_or_stored_whole",
        "tests/integration/workflows/n8n/test_importing.py::test_a_document_beyond_the_limit_is_refused_and_nothing_of_it_stays",
        "tests/unit/workflows/n8n/test_conversion.py::test_credentials_hooks_and_schedules_are_to_be_switched_over",
    ),
}

OPEN: Final[dict[int, str]] = {}
"""Rows that nothing proves yet, and why: an honest list, which a test keeps short."""
