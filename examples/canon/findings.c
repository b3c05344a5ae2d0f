/*
 * What lint finds, as lines for people and editors, as JSON or as SARIF 2.1.0.
 */
#include "program.h"

#include <string.h>

void findings_begin(const findings *f)
{
    if (f->is_sarif) {
        fputs("{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\","
              "\"version\":\"2.1.0\",\"runs\":[{\"tool\":{\"driver\":{\"name\":"
              "\"canon\",\"version\":",
              stdout);
        put_json(canon_version());
        fputs("}},\"results\":[", stdout);
    } else if (f->is_json) {
        fputs("{\"findings\":[", stdout);
    }
}

/* What stands between folder and path. */
static const char *slash(const char *folder)
{
    size_t len = strlen(folder);

    return len > 0 && folder[len - 1] != '/' ? "/" : "";
}

static void put_json_path(const findings *f, const char *path)
{
    putchar('"');
    put_json_part(f->folder);
    put_json_part(slash(f->folder));
    put_json_part(path);
    putchar('"');
}

static void put_sarif(const findings *f, const canon_finding *finding,
                      const char *severity)
{
    fputs("{\"ruleId\":", stdout);
    put_json(finding->rule);
    printf(",\"level\":\"%s\",\"message\":{\"text\":", severity);
    put_json(finding->message);
    fputs("},\"locations\":[{\"physicalLocation\":{\"artifactLocation\":"
          "{\"uri\":",
          stdout);
    put_json_path(f, finding->file);
    printf("},\"region\":{\"startLine\":%zu}}}]}",
           finding->line ? finding->line : 1);
}

static void put_object(const findings *f, const canon_finding *finding,
                       const char *severity)
{
    fputs("{\"file\":", stdout);
    put_json_path(f, finding->file);
    printf(",\"line\":%zu,\"severity\":\"%s\",\"rule\":", finding->line,
           severity);
    put_json(finding->rule);
    fputs(",\"message\":", stdout);
    put_json(finding->message);
    putchar('}');
}

static void put_finding(const findings *f, const canon_finding *finding,
                        const char *severity)
{
    put_text(f->folder);
    put_text(slash(f->folder));
    put_text(finding->file);
    printf(":%zu: %s: ", finding->line, severity);
    put_text(finding->message);
    printf(" [%s]\n", finding->rule);
}

void findings_put(findings *f, const canon_finding *finding)
{
    static const char *const names[] = {"error", "warning", "note"};
    int severity = finding->severity;

    if (severity == CANON_SEVERITY_WARNING && f->is_strict)
        severity = CANON_SEVERITY_ERROR;
    if ((f->is_json || f->is_sarif) && f->errors + f->warnings + f->notes > 0)
        fputs(",\n", stdout);
    if (severity == CANON_SEVERITY_ERROR)
        f->errors++;
    else if (severity == CANON_SEVERITY_WARNING)
        f->warnings++;
    else
        f->notes++;
    if (f->is_sarif)
        put_sarif(f, finding, names[severity]);
    else if (f->is_json)
        put_object(f, finding, names[severity]);
    else
        put_finding(f, finding, names[severity]);
}

void findings_end(const findings *f)
{
    if (f->is_sarif)
        puts("]}]}");
    else if (f->is_json)
        printf("],\"specs\":%ld,\"errors\":%ld,\"warnings\":%ld,\"notes\":%ld}"
               "\n",
               f->specs, f->errors, f->warnings, f->notes);
}
