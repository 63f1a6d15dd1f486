/**
 * Names that SQL must not use. A migration's file and production's schema are other people's text, and the engine that
 * rehearses them runs in this process: what reaches beyond the one database is never run, here or on a server. A test
 * compares these lists, and a list of everything that stays within the database, with what the engine has.
 */

/** What a name does outside of the database; `reaches-outside` has the words. */
export type Harm =
  | 'reads-files'
  | 'writes-files'
  | 'loads-code'
  | 'runs-hidden-sql'
  | 'runs-programs'
  | 'reaches-network'
  | 'reaches-memory'
  | 'overflows-memory'
  | 'reaches-encryption'
  | 'opens-databases'
  | 'reaches-pages'
  | 'writes-schema-text'
  | 'trusts-schema'
  | 'places-files';

/**
 * Functions that read or write files, load code, run SQL out of a text, or reach memory or keys. Those of the pinned engine
 * (SQLite, ext/misc/fileio.c, shathree.c, fts3_tokenizer.c; SQLite3 Multiple Ciphers), then those of extensions that a
 * server may have loaded (SQLite's shell, sqlean, SpatiaLite, sqlite-lines, sqlite-http).
 */
export const deniedFunctions: ReadonlyMap<string, Harm> = new Map([
  ...list('reads-files', 'readfile', 'fileio_read', 'fileio_mode', 'lines_read', 'blobfromfile', 'xb_loadxml'),
  ...list('reads-files', 'importshp', 'importdbf', 'importdxf', 'importxls', 'importgeojson', 'importwfs'),
  ...list('reads-files', 'lsdir', 'lsmode', 'zipfile'),
  ...list('writes-files', 'writefile', 'edit', 'fileio_write', 'fileio_append', 'blobtofile', 'xb_storexml', 'writexl'),
  ...list('writes-files', 'fileio_mkdir', 'fileio_symlink', 'mkdir', 'symlink'),
  ...list('writes-files', 'exportshp', 'exportdbf', 'exportdxf', 'exportkml', 'exportgeojson'),
  ...list('loads-code', 'load_extension', 'fts3_tokenizer', 'define', 'define_manager', 'define_free', 'undefine'),
  ...list('runs-hidden-sql', 'sha3_query', 'eval', 'sqlite3_exec'),
  ...list('runs-programs', 'system', 'shell', 'exec', 'sqlite_exec'),
  ...list('reaches-network', 'http_get', 'http_post', 'http_do', 'http_get_body', 'http_post_body', 'http_do_body'),
  ...list('reaches-memory', 'carray', 'carray_bind'),
  // From extension-functions.c: their lengths overflow, and they write outside of their memory.
  ...list('overflows-memory', 'replicate', 'padl', 'padr', 'padc'),
  ...list('reaches-encryption', 'sqlite3mc_codec_data', 'sqlite3mc_config', 'sqlite3mc_config_table'),
  ...list('reaches-encryption', 'sqlite_crypt', 'sqlite_user'),
]);

/** Those that the pinned engine also runs from a view or a trigger: they lack its flag SQLITE_DIRECTONLY. */
export const runsFromSchemas: ReadonlySet<string> = new Set(
  `replicate padl padr padc lsmode sqlite_crypt sqlite3mc_codec_data sqlite3mc_config sqlite3mc_config_table`.split(
    ' ',
  ),
);

/** Virtual tables and table functions that do the same; by the name of their module. */
export const deniedTables: ReadonlyMap<string, Harm> = new Map([
  ...list('reads-files', 'fsdir', 'csv', 'vsv', 'zipfile', 'fileio_ls', 'fileio_scan', 'lsdir', 'lines_read', 'lsm1'),
  ...list(
    'reads-files',
    'virtualtext',
    'virtualshape',
    'virtualdbf',
    'virtualxl',
    'virtualgeojson',
    'virtualelementary',
  ),
  ...list('opens-databases', 'unionvtab', 'swarmvtab', 'sqlite_dbdata', 'sqlite_dbptr'),
  ...list('reaches-pages', 'sqlite_dbpage'),
  ...list('reaches-memory', 'carray', 'sqlite_stmt', 'sqlite_memstat', 'memstat', 'vfsstat'),
  ...list('reaches-network', 'http_get', 'http_post', 'http_do', 'http_get_headers'),
]);

/**
 * Pragmas that change the schema, or what the engine may reach (sqlite.org/pragma.html; SQLite3 Multiple Ciphers). Those that set its
 * memory or threads are never run either (`judgePragma`).
 */
export const deniedPragmas: ReadonlyMap<string, Harm> = new Map([
  ...list('writes-schema-text', 'writable_schema'),
  ...list('trusts-schema', 'trusted_schema'),
  ...list('places-files', 'temp_store_directory', 'data_store_directory'),
  ...list('reaches-encryption', 'key', 'rekey', 'hexkey', 'hexrekey', 'textkey', 'textrekey', 'cipher'),
  ...list('reaches-encryption', 'cipher_salt', 'kdf_iter', 'plaintext_header_size', 'legacy', 'hmac_use'),
]);

/** Pragmas that a libSQL server takes, also with a value (checked on sqld 0.24.32), and that have their effect there. */
export const takenPragmas: ReadonlySet<string> = new Set([
  'foreign_keys',
  'defer_foreign_keys',
  'user_version',
  'integrity_check',
  'quick_check',
  'foreign_key_check',
  'foreign_key_list',
  'table_info',
  'table_xinfo',
  'index_list',
  'index_info',
  'table_list',
  'data_version',
  'database_list',
  'function_list',
]);

function list(harm: Harm, ...names: readonly string[]): readonly (readonly [string, Harm])[] {
  return names.map((name) => [name, harm]);
}
