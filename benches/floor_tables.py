"""The tables of the floor, made before its application starts."""

LEARNERS, ROWS = 200, 60  # who reads pages: so many learners with so many rows each
TABLES = """
create table floor (id uuid primary key, payload text);
insert into floor values ('00000000-0000-4000-8000-000000000000', repeat('x', 2000));
create table floor_page (learner int, seq bigint, payload text, primary key (learner, seq));
"""
FILL = """
insert into floor_page select learner, seq, %s from generate_series(0, %s - 1) as learner, generate_series(1, %s) as seq
"""
