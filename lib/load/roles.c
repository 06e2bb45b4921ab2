/* SPDX-License-Identifier: Apache-2.0 */
#include "load/roles.h"

#include "load/migrate.h"

/* clang-format off */

static const char may_make_roles[] =
"SELECT 1 FROM pg_catalog.pg_roles\n"
"WHERE rolname = current_user AND (rolsuper OR rolcreaterole)";

/*
 * Roles belong to the whole server: another database may make them right now.
 * Who is no superuser must be a member to give tables away, and the new owner
 * must have the right to create in the database.
 */
static const char make_roles[] =
"DO $$\n"
"DECLARE name TEXT;\n"
"BEGIN\n"
"    FOREACH name IN ARRAY ARRAY['signals_owner', 'signals_loader',\n"
"        'signals_reader'] LOOP\n"
"        IF to_regrole(name) IS NULL THEN\n"
"            BEGIN\n"
"                EXECUTE format('CREATE ROLE %I NOLOGIN', name);\n"
"            EXCEPTION WHEN duplicate_object OR unique_violation THEN\n"
"            END;\n"
"        END IF;\n"
"    END LOOP;\n"
"    IF NOT pg_has_role('signals_owner', 'MEMBER') THEN\n"
"        EXECUTE format('GRANT signals_owner TO %I', current_user);\n"
"    END IF;\n"
"    EXECUTE format('GRANT CREATE ON DATABASE %I TO signals_owner',\n"
"        current_database());\n"
"    EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I\n"
"        TO signals_loader', current_database());\n"
"    EXECUTE format('GRANT CONNECT ON DATABASE %I TO signals_reader',\n"
"        current_database());\n"
"    ALTER SCHEMA signals OWNER TO signals_owner;\n"
"    FOR name IN SELECT tablename FROM pg_catalog.pg_tables\n"
"        WHERE schemaname = 'signals' AND tableowner <> 'signals_owner' LOOP\n"
"        EXECUTE format('ALTER TABLE signals.%I OWNER TO signals_owner',\n"
"            name);\n"
"    END LOOP;\n"
"END $$";

/* What has been seen stays seen: nobody but the owner deletes, and gaps,
 * ledgers and callers are not even changed. */
static const char grant_rights[] =
"SET LOCAL ROLE signals_owner;\n"
"GRANT USAGE ON SCHEMA signals TO signals_loader, signals_reader;\n"
"GRANT SELECT ON ALL TABLES IN SCHEMA signals\n"
"    TO signals_loader, signals_reader;\n"
"GRANT INSERT ON signals.hot_symbols, signals.hot_symbol_callers,\n"
"    signals.packages_seen, signals.batches, signals.windows, signals.gaps,\n"
"    signals.ledgers TO signals_loader;\n"
"GRANT USAGE ON ALL SEQUENCES IN SCHEMA signals TO signals_loader;\n"
"GRANT UPDATE (module, invocation_count, unique_callers, total_latency_ns,\n"
"    max_latency_ns, first_observed, last_observed, sample_stack,\n"
"    sample_args) ON signals.hot_symbols TO signals_loader;\n"
"GRANT UPDATE (seen_count, first_observed, last_observed)\n"
"    ON signals.packages_seen TO signals_loader;\n"
"GRANT UPDATE (accounted, partial) ON signals.batches TO signals_loader;\n"
"GRANT UPDATE (window_end, complete) ON signals.windows TO signals_loader;\n";

enum dbconn_status roles_make(struct dbconn *db, bool *made)
{
	static const char *const steps[] = {"BEGIN", MIGRATE_LOCK, make_roles,
					    grant_rights, "COMMIT"};
	enum dbconn_status st = dbconn_exec(db, may_make_roles);

	*made = st == DBCONN_OK && dbconn_rows(db);
	for (size_t i = 0; *made && st == DBCONN_OK && i < ARRAY_LEN(steps); i++)
		st = dbconn_exec(db, steps[i]);
	return st;
}
