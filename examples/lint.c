/* What is doubtful in the specs of a folder: lint [--sarif] FOLDER
 * Exit code: 0 no errors, 1 errors, 2 no specs found (see CANON.yaml). */
#define _XOPEN_SOURCE 700
#include <canon/config.h>
#include <canon/spec.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char text[1 << 20]; /* longer documents are refused anyway */
static char *paths[10000]; /* of the specs, below the folder */
static size_t path_count, folder_len, errors, findings;
static const canon_config_values *config;

static size_t load(const char *folder, const char *name)
{
    char path[2048];
    size_t len = 0;
    FILE *f;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    f = fopen(path, "rb");
    if (f)
        len = fread(text, 1, sizeof(text), f) + (size_t)fclose(f);
    return len;
}

static int see(const char *path, const struct stat *st, int type, struct FTW *w)
{
    const char *name = path + folder_len + 1;

    if (st && w && type == FTW_F &&
        path_count < sizeof(paths) / sizeof(paths[0]) &&
        canon_spec_classify(name, config->doc_paths, config->doc_path_count) ==
            CANON_KIND_SPEC)
        paths[path_count++] = strdup(name);
    return 0;
}

static void quote(const char *s)
{
    for (; *s; s++)
        printf(strchr("\"\\", *s) ? "\\%c" : "%c",
               (unsigned char)*s < ' ' ? ' ' : *s);
}

static int report(const canon_finding *f, void *sarif)
{
    const char *severity = f->severity == CANON_SEVERITY_INFO
                               ? "note"
                               : canon_severity_name(f->severity);

    errors += f->severity == CANON_SEVERITY_ERROR;
    if (!sarif)
        return printf("%s:%zu: %s: %s [%s]\n", f->file, f->line, severity,
                      f->message, f->rule) < 0;
    printf("%s{\"ruleId\":\"%s\",\"level\":\"%s\",\"message\":{\"text\":\"",
           findings++ ? ",\n" : "", f->rule, severity);
    quote(f->message);
    printf("\"},\"locations\":[{\"physicalLocation\":{\"artifactLocation\":"
           "{\"uri\":\"");
    quote(f->file);
    printf("\"},\"region\":{\"startLine\":%zu}}}]}", f->line ? f->line : 1);
    return 0;
}

int main(int argc, char **argv)
{
    char *sarif = argc > 2 && strcmp(argv[1], "--sarif") == 0 ? argv[1] : NULL;
    canon_lint_options all = {sizeof(all), (const char *const *)paths, 0, 1};
    canon_spec_options o = CANON_SPEC_OPTIONS_INIT;
    canon_config *c = NULL;
    size_t len = load(argv[argc - 1], "CANON.yaml");

    if (argc < 2 || canon_config_parse(len ? text : NULL, len, &c, NULL))
        return fprintf(stderr, "usage: lint [--sarif] FOLDER\n"), 2;
    config = canon_config_values_of(c);
    folder_len = strlen(argv[argc - 1]);
    nftw(argv[argc - 1], see, 16, FTW_PHYS);
    all.known_count = path_count;
    if (sarif)
        puts("{\"version\":\"2.1.0\",\"runs\":[{\"tool\":{\"driver\":"
             "{\"name\":\"canon\"}},\"results\":[");
    for (size_t i = 0; i < path_count; i++) {
        canon_spec *spec = NULL;

        len = load(argv[argc - 1], paths[i]);
        o.file_path = paths[i];
        if (canon_spec_parse(text, len, &o, &spec, NULL) ||
            canon_spec_lint(spec, &all, report, sarif, NULL))
            errors++;
        canon_spec_free(spec);
    }
    fputs(sarif ? "]}]}\n" : "", stdout);
    canon_config_free(c);
    return path_count == 0 ? 2 : errors > 0;
}
