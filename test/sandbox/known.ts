/** What the pinned engines have besides what is denied. Whoever adds a name has looked at what it does. */

/** Functions that stay within the database. */
export const knownFunctions: ReadonlySet<string> = new Set(
  `-> ->> abs acos acosh asin asinh atan atan2 atanh atn2 avg bm25 ceil ceiling changes char charindex
    coalesce concat concat_ws cos cosh cot coth count cume_dist current_date current_time
    current_timestamp date datetime degrees dense_rank difference exp first_value floor format fts5
    fts5_source_id geopoly_area geopoly_bbox geopoly_blob geopoly_ccw geopoly_contains_point
    geopoly_debug geopoly_group_bbox geopoly_json geopoly_overlap geopoly_regular geopoly_svg
    geopoly_within geopoly_xform glob group_concat hex highlight ifnull iif instr json json_array
    json_array_length json_error_position json_extract json_group_array json_group_object json_insert
    json_object json_patch json_quote json_remove json_replace json_set json_type json_valid jsonb
    jsonb_array jsonb_extract jsonb_group_array jsonb_group_object jsonb_insert jsonb_object jsonb_patch
    jsonb_remove jsonb_replace jsonb_set julianday lag last_insert_rowid last_rows_affected last_value
    lead leftstr length libsql_vector_idx like likelihood likely ln log log10 lower lower_quartile ltrim
    match matchinfo max median min mode nth_value ntile nullif octet_length offsets optimize 
    percent_rank pi power printf proper quote radians random randomblob rank regexp regexpi replace
    reverse rightstr round row_number rtreecheck rtreedepth rtreenode rtrim sha3 sign sin sinh
    snippet soundex sqlite3mc_version sqlite_compileoption_get sqlite_compileoption_used sqlite_log
    sqlite_source_id sqlite_version sqrt square stdev strfilter strftime string_agg substr substring
    subtype sum tan tanh time timediff total total_changes trim typeof unhex unicode unixepoch unlikely
    upper upper_quartile uuid uuid_blob uuid_str variance vector vector16 vector1bit vector32 vector64
    vector8 vector_distance_cos vector_distance_l2 vector_extract vectorb16 zeroblob`.split(/\s+/),
);

/** Virtual tables that do. */
export const knownModules: ReadonlySet<string> = new Set(
  `dbstat fts3 fts3tokenize fts4 fts4aux fts5 fts5vocab generate_series geopoly json_each json_tree
    rtree rtree_i32 vector_top_k`.split(/\s+/),
);

/** Of the server alone: the mirror cannot run it, and the plan says so. */
export const serverOnly = ['libsql_server_database_name'];
