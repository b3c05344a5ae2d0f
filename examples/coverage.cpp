/*
 * How much of what was specified is done: coverage PATH
 * PATH is a folder of specs, a git repository, or a folder of such. Nothing is
 * written anywhere: the index lives in memory.
 */
#include <canon.h>

#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>

namespace
{
const char *const org = "local";

/* Each handle is freed where its owner goes out of scope. */
template <typename T> using owner = std::unique_ptr<T, void (*)(T *)>;

/* A code becomes an exception, here and nowhere inside a callback. */
void check(int rc, const canon_error &err)
{
    if (rc != CANON_OK)
        throw std::runtime_error(err.text);
}

int add(const canon_found_source *found, void *conn)
{
    const std::string name = std::string(org) + "/" + found->name;
    const canon_repo repo = {sizeof(repo), org, name.c_str(), found->url,
                             nullptr};

    return canon_repo_add(static_cast<canon_conn *>(conn), &repo);
}

void line(const char *name, const canon_coverage_counts &c)
{
    std::printf("%-28s %6lld %9lld/%-5lld %6.1f %9lld/%-5lld %6.1f %7.1f\n",
                name, (long long)c.total_specs, (long long)c.done_sections,
                (long long)c.total_sections, c.section_pct,
                (long long)c.done_ac, (long long)c.total_ac, c.ac_pct,
                c.health);
}

void print(const canon_coverage *coverage)
{
    const canon_coverage_counts *counts;
    const char *name;

    std::printf("%-28s %6s %15s %6s %15s %6s %7s\n", "repository", "specs",
                "sections", "%", "criteria", "%", "health");
    for (size_t i = 0; (counts = canon_coverage_repo(coverage, i, &name)); i++)
        line(name, *counts);
    std::puts("team");
    for (size_t i = 0; (counts = canon_coverage_team(coverage, i, &name)); i++)
        line(name, *counts);
    line("total", *canon_coverage_totals(coverage));
}

void run(const char *path)
{
    canon_options options = CANON_OPTIONS_INIT;
    canon_coverage_query query = CANON_COVERAGE_QUERY_INIT;
    canon_index_report report = {};
    canon_error err = {};
    canon *c = nullptr;
    canon_conn *seat = nullptr;
    canon_coverage *result = nullptr;

    options.database_url = "sqlite::memory:";
    check(canon_open(&options, &c, &err), err);
    const owner<canon> engine(c, canon_close);
    check(canon_migrate(c, &err), err);
    check(canon_connect(c, &seat, &err), err);
    const owner<canon_conn> conn(seat, canon_disconnect);
    check(canon_source_discover(path, add, seat, &err), err);
    check(canon_index_all(seat, org, nullptr, &report),
          *canon_last_error(seat));
    if (report.errors || report.repos_failed)
        std::fprintf(stderr, "coverage: %s\n", report.first_error);
    query.org = org;
    check(canon_coverage_compute(seat, &query, &result),
          *canon_last_error(seat));
    const owner<canon_coverage> coverage(result, canon_coverage_free);
    print(result);
}

} // namespace

int main(int argc, char **argv)
{
    try {
        run(argc > 1 ? argv[1] : ".");
    } catch (const std::exception &e) {
        std::fprintf(stderr, "coverage: %s\n", e.what());
        return 1;
    }
    return 0;
}
