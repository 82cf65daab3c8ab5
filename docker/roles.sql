-- Two roles, as on one machine (lms/foundation/services/postgres.py): the owner migrates, the application is bound by
-- row-level security. psql variables: owner_password, app_password. Run once, as superuser, in the database `lms`.
create role lms_owner login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password :'owner_password';
create role lms_app login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password :'app_password';
alter database lms owner to lms_owner;
revoke all on database lms from public;
grant connect on database lms to lms_app;
