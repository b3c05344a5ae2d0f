/* The files of a family of vectors. */
#ifndef CN_VECTORS_FOLDER_H
#define CN_VECTORS_FOLDER_H

#include <stddef.h>

/* Files of tests/vectors/<family> whose name ends with suffix, by name. */
size_t vector_count(const char *family, const char *suffix);

/* The name of file i, without suffix; free it with free(). */
char *vector_name(const char *family, const char *suffix, size_t i);

/* The content of tests/vectors/<family>/<name><suffix>, terminated. */
char *vector_text(const char *family, const char *name, const char *suffix,
                  size_t *len_out);

#endif
