-- What the application's role may do in the ledger's schema: read, and append or redact by the two functions.
GRANT USAGE ON SCHEMA {schema} TO {role};
GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role};
GRANT EXECUTE ON FUNCTION {schema}.take_turn(), {schema}.append(jsonb), {schema}.redact(bigint) TO {role};
