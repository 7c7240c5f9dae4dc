-- A reason is what can be read of it: blanks, and characters that leave no mark, do not count.

SET LOCAL search_path = upload_pipeline, public;

-- The same characters as pipeline_core.domain.reasons.BLANK, held equal by a test.
CREATE FUNCTION visible_length(reason text) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT length(regexp_replace(reason,
        '[\u0001-\u0020\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f'
        '\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff'
        '\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e0fff]', '', 'g'))
$$;

-- What was accepted stays as it was given, and says why it still stands.
UPDATE upload_jobs SET stage4_override_reason = stage4_override_reason || ' (accepted when blanks still counted)'
WHERE visible_length(stage4_override_reason) < 10;

ALTER TABLE upload_jobs ADD CONSTRAINT upload_jobs_override_reason_check
    CHECK (visible_length(stage4_override_reason) >= 10);
