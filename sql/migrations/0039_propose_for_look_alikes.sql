-- What is proposed for a pair of look-alikes, and pairs that nobody needs to be asked about any more.

SET LOCAL search_path = upload_pipeline, public;

-- Only what differs in nothing that was found may be left out without looking; where it is not known in what the two
-- differ, both stay.
CREATE FUNCTION proposed_resolution(reasons jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN reasons -> 'flags' = '[]'::jsonb THEN 'keep_existing' ELSE 'keep_both' END;

CREATE INDEX staging_duplicates_pending_idx ON staging_duplicates (user_id) WHERE resolution = 'pending';
