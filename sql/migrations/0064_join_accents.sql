-- The form of a text joins an accent with its letter across characters that cannot be seen: version 4 of the match hash
-- (pipeline_core.domain.same_words.VERSION), which is the default of the columns.

SET LOCAL search_path = upload_pipeline, public;

ALTER TABLE staged_questions ALTER COLUMN match_version SET DEFAULT 4;
ALTER TABLE all_questions ALTER COLUMN match_version SET DEFAULT 4;
DROP INDEX staged_questions_match_version_idx;
DROP INDEX all_questions_match_version_idx;
CREATE INDEX staged_questions_match_version_idx ON staged_questions (match_version) WHERE match_version < 4;
CREATE INDEX all_questions_match_version_idx ON all_questions (match_version) WHERE match_version < 4;
