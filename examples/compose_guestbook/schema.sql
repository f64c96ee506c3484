CREATE TABLE entries (number serial PRIMARY KEY, name text NOT NULL, words text NOT NULL);
CREATE TABLE counts (name text PRIMARY KEY, entries integer NOT NULL);
