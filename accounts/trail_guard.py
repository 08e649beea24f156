"""PostgreSQL keeps the trail as it was written: no code of ours, no page and no injected statement changes a line.

A line may lose its actor with the person, and goes when it is older than a day, as `trail.prune` takes it away.
"""

from __future__ import annotations

SQL = """
CREATE OR REPLACE FUNCTION accounts_keep_trail() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.timestamp < naryad_now() - interval '1 day' THEN
        RETURN OLD;
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.actor_id IS NULL AND to_jsonb(NEW) - 'actor_id' = to_jsonb(OLD) - 'actor_id' THEN
        RETURN NEW;
    END IF;
    RAISE insufficient_privilege USING MESSAGE = 'permission denied: the trail is only added to';
END $$;
CREATE TRIGGER keep_trail BEFORE UPDATE OR DELETE ON auditlog_logentry
    FOR EACH ROW EXECUTE FUNCTION accounts_keep_trail();
"""

WHOLE_SQL = """
CREATE OR REPLACE FUNCTION accounts_keep_whole_trail() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE insufficient_privilege USING MESSAGE = 'permission denied: the trail is only added to';
END $$;
CREATE TRIGGER keep_whole_trail BEFORE TRUNCATE ON auditlog_logentry
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_keep_whole_trail();
"""
"""TRUNCATE takes all lines away without looking at one."""

REVERSE_WHOLE_SQL = """
DROP TRIGGER IF EXISTS keep_whole_trail ON auditlog_logentry;
DROP FUNCTION IF EXISTS accounts_keep_whole_trail();
"""

REVERSE_SQL = """
DROP TRIGGER IF EXISTS keep_trail ON auditlog_logentry;
DROP FUNCTION IF EXISTS accounts_keep_trail();
"""
