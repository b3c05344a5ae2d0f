#include "db_test.h"

static cn_db *open_words(void)
{
    cn_db *db = open_db("sqlite::memory:");
    canon_error err = {0, ""};
    int rc = cn_db_script(
        db,
        "CREATE VIRTUAL TABLE w USING fts5(title, body, tokenize = 'canon');"
        "INSERT INTO w(w, rank) VALUES ('rank', 'canon_rank(4.0, 1.0)');"
        "INSERT INTO w(rowid, title, body) VALUES"
        " (1, 'Login', 'keep the session_token of M\xc3\x9cLLER'),"
        " (2, 'Session', 'nothing here'),"
        " (3, 'Other', 'https://example.org/a-b session session session'),"
        " (4, 'None', 'a word and another'),"
        " (5, 'More', 'filling'), (6, 'Most', 'filling')",
        &err);

    cr_assert(!rc, "%s", err.text);
    return db;
}

/* Row numbers that match, best first, as digits. */
static const char *matches(cn_db *db, const char *query)
{
    static char out[32];
    cn_arg arg = cn_text(query);
    cn_rows *rows = NULL;
    size_t n = 0;

    cr_assert(!cn_db_query(db,
                           "SELECT rowid, rank FROM w WHERE w MATCH $1 "
                           "ORDER BY rank DESC, rowid",
                           &arg, 1, &rows, NULL));
    while (cn_rows_next(rows, NULL) == 1)
        out[n++] = (char)('0' + cn_rows_int(rows, 0));
    out[n] = '\0';
    cn_rows_free(rows);
    return out;
}

Test(sqlite_fts, cuts_words_at_everything_but_letters_and_digits)
{
    cn_db *db = open_words();

    cr_assert_str_eq(matches(db, "token"), "1");
    cr_assert_str_eq(matches(db, "\"session_token\""), "1");
    cr_assert_str_eq(matches(db, "\"example.org/a-b\""), "3");
    cn_db_close(db);
}

Test(sqlite_fts, ignores_letter_case_but_not_accents)
{
    cn_db *db = open_words();

    cr_assert_str_eq(matches(db, "\"m\xc3\xbcller\""), "1");
    cr_assert_str_eq(matches(db, "\"muller\""), "");
    cn_db_close(db);
}

Test(sqlite_fts, ranks_titles_first_and_repetition_second)
{
    cn_db *db = open_words();

    cr_assert_str_eq(matches(db, "session"), "231");
    cn_db_close(db);
}

Test(sqlite_fts, ranks_rare_words_above_common_ones)
{
    cn_db *db = open_words();

    cr_assert_str_eq(matches(db, "word OR filling"), "456");
    cn_db_close(db);
}

static double best_rank(cn_db *db, const char *query, const char *rank)
{
    cn_arg args[] = {cn_text(query), cn_text(rank)};
    cn_rows *rows = NULL;
    double best;

    cr_assert(!cn_db_query(db,
                           "SELECT rank FROM w WHERE w MATCH $1 AND rank MATCH "
                           "$2 ORDER BY rank DESC",
                           args, 2, &rows, NULL));
    cr_assert_eq(cn_rows_next(rows, NULL), 1);
    best = cn_rows_real(rows, 0);
    cn_rows_free(rows);
    return best;
}

Test(sqlite_fts, gives_a_bonus_for_all_words_in_a_row_in_a_title)
{
    cn_db *db = open_words();
    double in_row;
    double apart;
    double plain;

    cr_assert(!cn_db_script(db,
                            "INSERT INTO w (title, body) VALUES"
                            " ('first password reset rules', ''),"
                            " ('password of the reset', '')",
                            NULL));
    in_row = best_rank(db, "\"password\" AND \"reset rules\"",
                       "canon_rank(4.0, 1.0, 2, 1.0)");
    plain = best_rank(db, "\"password\" AND \"reset rules\"",
                      "canon_rank(4.0, 1.0, 2, 0.0)");
    apart = best_rank(db, "\"password\" AND \"of\" AND \"reset\"",
                      "canon_rank(4.0, 1.0, 3, 1.0)");
    cr_assert_float_eq(in_row, plain + 1.0, 1e-9);
    cr_assert_float_eq(apart,
                       best_rank(db, "\"password\" AND \"of\" AND \"reset\"",
                                 "canon_rank(4.0, 1.0)"),
                       1e-9);
    cn_db_close(db);
}

Test(sqlite_fts, does_not_count_excluded_words)
{
    cn_db *db = open_words();

    cr_assert_float_eq(
        best_rank(db, "\"login\" NOT \"nothing\"",
                  "canon_rank(4.0, 1.0, 1, 0.0)"),
        best_rank(db, "\"login\"", "canon_rank(4.0, 1.0, 1, 0.0)"), 1e-9);
    cn_db_close(db);
}
