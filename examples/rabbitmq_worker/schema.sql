CREATE TABLE IF NOT EXISTS handled (number integer PRIMARY KEY);
CREATE TABLE IF NOT EXISTS payouts (number integer NOT NULL, amount integer NOT NULL);
