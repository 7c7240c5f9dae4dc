-- What the HTTP API counts, in all its processes together.

SET LOCAL search_path = upload_pipeline, public, extensions;
INSERT INTO schema_migrations (name) VALUES ('0016_count_requests');

-- How often each user asked, in windows of a fixed length. Not a user's rows: the API counts in it for everybody.
CREATE TABLE rate_limits (
    key text NOT NULL CHECK (key <> ''),
    window_s int NOT NULL CHECK (window_s > 0),
    window_index bigint NOT NULL,
    hits int NOT NULL CHECK (hits > 0),
    PRIMARY KEY (key, window_s, window_index)
);
CREATE INDEX rate_limits_window_idx ON rate_limits (window_s, window_index);

-- Streams of events that are open: a user has only so many. A process that dies leaves its rows behind; they count no
-- longer when their time is over.
CREATE TABLE event_streams (
    stream_id uuid PRIMARY KEY,
    realm_id uuid NOT NULL,
    user_id uuid NOT NULL,
    open_until timestamptz NOT NULL
);
CREATE INDEX event_streams_user_idx ON event_streams (user_id);

-- Who looks at a document now, and at which fact: shown to the others who review it. Nobody is locked out by it, and of a
-- crash nothing of it need be left.
CREATE UNLOGGED TABLE presence (
    document_id uuid NOT NULL,
    realm_id uuid NOT NULL,
    user_id uuid NOT NULL DEFAULT current_user_id(),
    user_name text NOT NULL DEFAULT coalesce(acting_name(), ''),
    question_id uuid,
    seen_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (document_id, user_id),
    FOREIGN KEY (document_id, realm_id) REFERENCES documents (document_id, realm_id)
        ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX presence_user_idx ON presence (user_id);
