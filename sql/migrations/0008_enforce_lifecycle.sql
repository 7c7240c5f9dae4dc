-- The database refuses an illegal move by itself, and derives phase and phase times from the stage.

SET LOCAL search_path = upload_pipeline, public;

CREATE FUNCTION enforce_job_move() RETURNS trigger LANGUAGE plpgsql
SET search_path = upload_pipeline, public AS $$
DECLARE
    is_restart boolean := OLD.state IN ('done', 'deadletter') AND NEW.state = 'queued';
    old_position int;
    new_position int;
    going_back boolean;
BEGIN
    IF NEW.state <> OLD.state
        AND NOT EXISTS (SELECT FROM job_state_moves WHERE from_state = OLD.state AND to_state = NEW.state)
    THEN
        RAISE EXCEPTION 'illegal job state move % -> %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'upload_jobs_state_move';
    END IF;

    IF NEW.stage <> OLD.stage THEN
        SELECT position INTO old_position FROM job_stages WHERE job_stage = OLD.stage;
        SELECT position, phase INTO new_position, NEW.phase FROM job_stages WHERE job_stage = NEW.stage;
        IF is_restart THEN
            -- A restart may go back to any stage, never forward past what was done.
            IF new_position IS NULL OR new_position > old_position THEN
                RAISE EXCEPTION 'a job at % cannot be restarted at %', OLD.stage, NEW.stage
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'upload_jobs_restart';
            END IF;
        ELSIF NOT EXISTS (SELECT FROM job_stage_moves WHERE from_stage = OLD.stage AND to_stage = NEW.stage) THEN
            RAISE EXCEPTION 'illegal job stage move % -> %', OLD.stage, NEW.stage
                USING ERRCODE = 'check_violation', CONSTRAINT = 'upload_jobs_stage_move';
        ELSIF OLD.state <> 'working' AND NOT (OLD.state = 'awaiting_review' AND NEW.state = 'awaiting_review') THEN
            RAISE EXCEPTION 'a % job does not change its stage', OLD.state
                USING ERRCODE = 'check_violation', CONSTRAINT = 'upload_jobs_stage_state';
        END IF;
        going_back := new_position < old_position;

        NEW.stage1_completed_at := CASE WHEN NEW.phase > 1 THEN coalesce(NEW.stage1_completed_at, now()) END;
        NEW.stage2_completed_at := CASE
            WHEN NEW.phase > 2 THEN coalesce(NEW.stage2_completed_at, now())
            WHEN NEW.phase = 2 AND NOT going_back THEN NEW.stage2_completed_at END;
        NEW.stage3_completed_at := CASE WHEN NEW.phase > 3 THEN coalesce(NEW.stage3_completed_at, now()) END;
        NEW.stage4_completed_at := CASE WHEN NEW.phase > 4 THEN coalesce(NEW.stage4_completed_at, now()) END;
        NEW.stage5_completed_at := CASE WHEN NEW.phase > 5 THEN coalesce(NEW.stage5_completed_at, now()) END;
        IF going_back THEN
            NEW.stage6_completed_at := NULL;
            NEW.stage6_downloaded_at := NULL;
            IF NEW.phase <= 2 THEN
                NEW.stage2_approved_matches := NULL;
            END IF;
            IF NEW.phase <= 3 THEN
                NEW.stage3_validation_results := NULL;
                NEW.stage4_override_reason := NULL;
            END IF;
        END IF;
    END IF;

    NEW.version := OLD.version + 1;
    NEW.updated_at := now();
    RETURN NEW;
END
$$;

CREATE TRIGGER upload_jobs_move BEFORE UPDATE OF state, stage, phase ON upload_jobs
    FOR EACH ROW EXECUTE FUNCTION enforce_job_move();

CREATE FUNCTION enforce_job_birth() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> 'queued' OR NEW.stage <> 'queued' THEN
        RAISE EXCEPTION 'a job is born queued, not % at %', NEW.state, NEW.stage
            USING ERRCODE = 'check_violation', CONSTRAINT = 'upload_jobs_birth';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER upload_jobs_birth BEFORE INSERT ON upload_jobs
    FOR EACH ROW EXECUTE FUNCTION enforce_job_birth();
