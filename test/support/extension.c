/* What only a server has: the function own_fn, the collation OWN_COLL, and the module own_mod, also as a function in the place of a table. */

#include <sqlite3ext.h>
#include <string.h>
SQLITE_EXTENSION_INIT1

static void own_fn(sqlite3_context *context, int count, sqlite3_value **values) {
  sqlite3_result_text(context, "own", -1, SQLITE_STATIC);
}

static int own_coll(void *data, int a, const void *left, int b, const void *right) {
  int order = memcmp(left, right, a < b ? a : b);
  return -(order ? order : a - b);
}

typedef struct {
  sqlite3_vtab_cursor base;
  int row;
} Cursor;

static int connect(sqlite3 *db, void *data, int argc, const char *const *argv, sqlite3_vtab **table, char **error) {
  int code = sqlite3_declare_vtab(db, "CREATE TABLE x(a, b HIDDEN)");
  if (code != SQLITE_OK) return code;
  *table = sqlite3_malloc(sizeof(sqlite3_vtab));
  memset(*table, 0, sizeof(sqlite3_vtab));
  return SQLITE_OK;
}

static int disconnect(sqlite3_vtab *table) {
  sqlite3_free(table);
  return SQLITE_OK;
}

static int best_index(sqlite3_vtab *table, sqlite3_index_info *info) {
  for (int i = 0; i < info->nConstraint; i++) {
    if (info->aConstraint[i].iColumn != 1 || !info->aConstraint[i].usable) continue;
    info->aConstraintUsage[i].argvIndex = 1;
    info->aConstraintUsage[i].omit = 1;
  }
  return SQLITE_OK;
}

static int open(sqlite3_vtab *table, sqlite3_vtab_cursor **cursor) {
  Cursor *own = sqlite3_malloc(sizeof(Cursor));
  memset(own, 0, sizeof(Cursor));
  *cursor = &own->base;
  return SQLITE_OK;
}

static int close(sqlite3_vtab_cursor *cursor) {
  sqlite3_free(cursor);
  return SQLITE_OK;
}

static int filter(sqlite3_vtab_cursor *cursor, int index, const char *text, int count, sqlite3_value **values) {
  ((Cursor *)cursor)->row = 0;
  return SQLITE_OK;
}

static int next(sqlite3_vtab_cursor *cursor) {
  ((Cursor *)cursor)->row++;
  return SQLITE_OK;
}

static int eof(sqlite3_vtab_cursor *cursor) { return ((Cursor *)cursor)->row > 0; }

static int column(sqlite3_vtab_cursor *cursor, sqlite3_context *context, int index) {
  sqlite3_result_text(context, "row", -1, SQLITE_STATIC);
  return SQLITE_OK;
}

static int rowid(sqlite3_vtab_cursor *cursor, sqlite3_int64 *id) {
  *id = 1;
  return SQLITE_OK;
}

static sqlite3_module own_mod = {0, connect, connect, best_index, disconnect, disconnect, open,
                                 close, filter, next, eof, column, rowid};

int sqlite3_own_init(sqlite3 *db, char **error, const sqlite3_api_routines *api) {
  SQLITE_EXTENSION_INIT2(api);
  int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
  sqlite3_create_function(db, "own_fn", -1, flags, 0, own_fn, 0, 0);
  sqlite3_create_collation(db, "OWN_COLL", SQLITE_UTF8, 0, own_coll);
  return sqlite3_create_module(db, "own_mod", &own_mod, 0);
}
