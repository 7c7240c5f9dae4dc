-- How often each user asked, in windows of a fixed length. Not a user's rows: the API counts in it for everybody.

SET LOCAL search_path = upload_pipeline, public;

CREATE TABLE rate_limits (
    key text NOT NULL CHECK (key <> ''),
    window_s int NOT NULL CHECK (window_s > 0),
    window_index bigint NOT NULL,
    hits int NOT NULL CHECK (hits > 0),
    PRIMARY KEY (key, window_s, window_index)
);
CREATE INDEX rate_limits_window_idx ON rate_limits (window_s, window_index);

GRANT SELECT, INSERT, UPDATE ON rate_limits TO upload_pipeline_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON rate_limits TO upload_pipeline_service;
