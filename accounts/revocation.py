"""PostgreSQL triggers that make tokens worthless when a person's rights change, whoever changes them.

A token carries the `token_version` of its person and is refused when the two differ. The database itself counts the
version up, so the REST API, the admin pages, a shell and plain SQL all revoke alike, and a stale object that is saved
can never count it down again.
"""

from __future__ import annotations

SQL = """
CREATE OR REPLACE FUNCTION accounts_count_token_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.token_version := greatest(OLD.token_version, NEW.token_version);
    IF (NEW.password, NEW.is_active, NEW.is_staff, NEW.is_superuser)
       IS DISTINCT FROM (OLD.password, OLD.is_active, OLD.is_staff, OLD.is_superuser)
       AND NEW.token_version = OLD.token_version THEN
        NEW.token_version := OLD.token_version + 1;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER count_token_version BEFORE UPDATE ON users
    FOR EACH ROW EXECUTE FUNCTION accounts_count_token_version();

CREATE OR REPLACE FUNCTION accounts_membership_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        UPDATE users SET token_version = token_version + 1 WHERE id = OLD.user_id;
    END IF;
    IF TG_OP = 'INSERT' OR (TG_OP = 'UPDATE' AND NEW.user_id <> OLD.user_id) THEN
        UPDATE users SET token_version = token_version + 1 WHERE id = NEW.user_id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER membership_added_or_removed AFTER INSERT OR DELETE ON accounts_membership
    FOR EACH ROW EXECUTE FUNCTION accounts_membership_changed();
CREATE TRIGGER membership_changed AFTER UPDATE ON accounts_membership
    FOR EACH ROW WHEN ((OLD.user_id, OLD.project_id, OLD.role) IS DISTINCT FROM (NEW.user_id, NEW.project_id, NEW.role))
    EXECUTE FUNCTION accounts_membership_changed();
"""

REVERSE_SQL = """
DROP TRIGGER IF EXISTS membership_changed ON accounts_membership;
DROP TRIGGER IF EXISTS membership_added_or_removed ON accounts_membership;
DROP TRIGGER IF EXISTS count_token_version ON users;
DROP FUNCTION IF EXISTS accounts_membership_changed();
DROP FUNCTION IF EXISTS accounts_count_token_version();
"""
