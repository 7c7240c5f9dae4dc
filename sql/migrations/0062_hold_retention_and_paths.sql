-- What retention removes and where a document's bytes are is no matter of the caller's arithmetic.

SET LOCAL search_path = upload_pipeline, public;

-- A negative number of days would reach into the future, and a few days into what a review of last week is about.
ALTER FUNCTION prune_events(bigint, int, int, int) RENAME TO prune_events_of_days;
REVOKE ALL ON FUNCTION prune_events_of_days(bigint, int, int, int) FROM PUBLIC, upload_pipeline_service;
CREATE FUNCTION prune_events(after bigint, most int, work_days int, audit_days int,
    OUT removed bigint, OUT last_seen bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = upload_pipeline, pg_temp AS $$
BEGIN
    IF least(work_days, audit_days) < 0 OR most < 1 THEN
        RAISE EXCEPTION 'events are kept for 0 (for ever) or more days, not for % and %', work_days, audit_days
            USING ERRCODE = 'check_violation';
    END IF;
    SELECT p.removed, p.last_seen INTO removed, last_seen
    FROM prune_events_of_days(after, most, work_days, audit_days) p;
END
$$;
REVOKE ALL ON FUNCTION prune_events(bigint, int, int, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION prune_events(bigint, int, int, int) TO upload_pipeline_service;

-- The folder of another document is not reached through one's own.
CREATE POLICY documents_path_within ON documents AS RESTRICTIVE FOR INSERT WITH CHECK (
    raw_path !~ '(^|/)\.{1,2}(/|$)' AND position('//' IN raw_path) = 0);
