CREATE TABLE `api_key` (
	`name` text PRIMARY KEY NOT NULL,
	`hash` text NOT NULL,
	`scopes` text NOT NULL,
	`created_at` text NOT NULL,
	`last_used_at` text,
	`revoked_at` text,
	CONSTRAINT "api_key_scopes" CHECK(json_valid("api_key"."scopes") and json_type("api_key"."scopes") = 'array')
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `api_key_hash` ON `api_key` (`hash`);--> statement-breakpoint
CREATE TABLE `catalogue` (
	`key` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `change` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`catalogue_revision` integer NOT NULL,
	`kind` text NOT NULL,
	`id` text NOT NULL,
	`revision` integer NOT NULL,
	`actor` text NOT NULL,
	`action` text NOT NULL,
	`before` text,
	`after` text,
	`at` text NOT NULL,
	CONSTRAINT "change_action" CHECK("change"."action" in ('create', 'update', 'retire', 'restore')),
	CONSTRAINT "change_before" CHECK("change"."before" is null or json_valid("change"."before")),
	CONSTRAINT "change_after" CHECK("change"."after" is null or json_valid("change"."after"))
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `change_of_profile` ON `change` (`kind`,`id`,`revision`);--> statement-breakpoint
CREATE INDEX `change_of_catalogue` ON `change` (`catalogue_revision`);--> statement-breakpoint
CREATE TABLE `idempotency_key` (
	`actor` text NOT NULL,
	`key` text NOT NULL,
	`request_digest` text NOT NULL,
	`response` text NOT NULL,
	`at` text NOT NULL,
	PRIMARY KEY(`actor`, `key`),
	CONSTRAINT "idempotency_key_response" CHECK(json_valid("idempotency_key"."response"))
) STRICT;
--> statement-breakpoint
CREATE TABLE `profile` (
	`kind` text NOT NULL,
	`id` text NOT NULL,
	`name` text NOT NULL,
	`revision` integer NOT NULL,
	`origin` text NOT NULL,
	`facts` text NOT NULL,
	`pack_facts` text,
	`pack_origin` text,
	`retired_at` text,
	`retired_by` text,
	`replaced_by` text,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL,
	PRIMARY KEY(`kind`, `id`),
	CONSTRAINT "profile_revision" CHECK("profile"."revision" >= 1),
	CONSTRAINT "profile_origin" CHECK("profile"."origin" in ('seed', 'pack', 'user')),
	CONSTRAINT "profile_facts" CHECK(json_valid("profile"."facts") and json_type("profile"."facts") = 'object'),
	CONSTRAINT "profile_pack_facts" CHECK(("profile"."pack_facts" is null) = ("profile"."pack_origin" is null)),
	CONSTRAINT "profile_pack_facts_json" CHECK("profile"."pack_facts" is null or json_valid("profile"."pack_facts")),
	CONSTRAINT "profile_retired" CHECK(("profile"."retired_at" is null) = ("profile"."retired_by" is null)),
	CONSTRAINT "profile_replaced" CHECK("profile"."replaced_by" is null or "profile"."retired_at" is not null)
) STRICT;
