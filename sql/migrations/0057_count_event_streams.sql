-- Streams of events that are open, in all processes together: a user has only so many. A process that dies leaves its
-- rows behind; they count no longer when their time is over.

SET LOCAL search_path = upload_pipeline, public;

CREATE TABLE event_streams (
    stream_id uuid PRIMARY KEY,
    user_id uuid NOT NULL,
    open_until timestamptz NOT NULL
);
CREATE INDEX event_streams_user_idx ON event_streams (user_id);

ALTER TABLE event_streams ENABLE ROW LEVEL SECURITY;
CREATE POLICY event_streams_own_rows ON event_streams USING (user_id = (SELECT current_user_id()))
    WITH CHECK (user_id = (SELECT current_user_id()));

GRANT SELECT, DELETE, INSERT (stream_id, user_id, open_until), UPDATE (open_until) ON event_streams
    TO upload_pipeline_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON event_streams TO upload_pipeline_service;
