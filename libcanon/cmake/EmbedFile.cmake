# Run by canon_embed at build time.
file(READ "${INPUT}" hex HEX)
file(SHA256 "${INPUT}" digest)
file(SIZE "${INPUT}" size)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
string(REGEX REPLACE "((0x..,){16})" "\\1\n" bytes "${bytes}")
file(WRITE "${OUTPUT}"
"/* Made from a file by canon_embed. */
#include <stddef.h>

extern const unsigned char ${SYMBOL}[];
extern const size_t ${SYMBOL}_len;
extern const char ${SYMBOL}_sha256[];

const unsigned char ${SYMBOL}[] = {
${bytes}0x00};
const size_t ${SYMBOL}_len = ${size};
const char ${SYMBOL}_sha256[] = \"${digest}\";
")
