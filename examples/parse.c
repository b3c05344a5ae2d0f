/*
 * A spec as JSON: parse [FILE], or from standard input.
 */
#include <canon/spec.h>

#include <stdio.h>
#include <stdlib.h>

static char *read_all(FILE *f, size_t *len_out)
{
    char *text = NULL;
    size_t len = 0;
    size_t n = 1;

    while (n > 0) {
        char *more = realloc(text, len + 65536);

        if (!more)
            break;
        text = more;
        n = fread(text + len, 1, 65536, f);
        len += n;
    }
    *len_out = len;
    return text;
}

int main(int argc, char **argv)
{
    FILE *f = argc > 1 ? fopen(argv[1], "rb") : stdin;
    canon_spec_options options = CANON_SPEC_OPTIONS_INIT;
    canon_spec *spec = NULL;
    canon_buf json = CANON_BUF_INIT;
    canon_error err = {0, ""};
    char *text;
    size_t len;
    int rc;

    if (!f) {
        perror(argv[1]);
        return 1;
    }
    text = read_all(f, &len);
    if (f != stdin)
        fclose(f);
    options.file_path = argc > 1 ? argv[1] : "";
    rc = canon_spec_parse(text, len, &options, &spec, &err);
    if (!rc)
        rc = canon_spec_json(spec, &json, &err);
    if (rc)
        fprintf(stderr, "parse: %s\n", err.text);
    else
        printf("%s\n", json.data);
    canon_buf_free(&json);
    canon_spec_free(spec);
    free(text);
    return rc ? 1 : 0;
}
