#!/bin/sh
# The postgres image runs this once, when its volume is new.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
  --set owner_password="$LMS_OWNER_PASSWORD" --set app_password="$LMS_APP_PASSWORD" --file /yanxue/roles.sql
