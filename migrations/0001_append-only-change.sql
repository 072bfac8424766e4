-- The change log only grows, whoever has the file open.
CREATE TRIGGER `change_is_never_updated` BEFORE UPDATE ON `change`
BEGIN
	SELECT raise(ABORT, 'the change log is append-only');
END;
--> statement-breakpoint
CREATE TRIGGER `change_is_never_deleted` BEFORE DELETE ON `change`
BEGIN
	SELECT raise(ABORT, 'the change log is append-only');
END;
--> statement-breakpoint
-- Ids are never reused: a profile is retired, not deleted.
CREATE TRIGGER `profile_is_never_deleted` BEFORE DELETE ON `profile`
BEGIN
	SELECT raise(ABORT, 'profiles are retired, never deleted');
END;
