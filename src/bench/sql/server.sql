-- What figures hang on: the server's version and memory, and the database's size in bytes.
select
  current_setting('server_version') as version,
  current_setting('shared_buffers') as shared_buffers,
  current_setting('work_mem') as work_mem,
  current_setting('jit') as jit,
  pg_database_size(current_database()) as database_bytes
