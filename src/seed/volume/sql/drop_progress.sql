-- What is there only while a volume load is unfinished.
DROP TABLE IF EXISTS migrate.volume_progress, migrate.volume_rebuild;
