#!/bin/sh
# Two branches of a real repository change one spec; git asks the driver.
#
#     merge.sh DRIVER FOLDER
set -eu

driver=$1
folder=$2
HOME=$folder
GIT_CONFIG_NOSYSTEM=1
export HOME GIT_CONFIG_NOSYSTEM

fail()
{
    echo "merge: $1" >&2
    exit 1
}

# commit BRANCH FROM: the text of standard input on a branch of its own
commit()
{
    git checkout -q -B "$1" "$2"
    cat >docs/specs/a.md
    git add --all
    git commit -q -m "$1"
}

rm -rf "$folder"
mkdir -p "$folder/it's/docs/specs"
cd "$folder/it's"
git init -q -b main .
git config user.name Example
git config user.email example@localhost
git config merge.canon.name 'Canon specs'
git config merge.canon.driver "$driver %O %A %B %P"
echo 'docs/specs/*.md merge=canon' >.gitattributes
printf '## 1. A\n\n- [ ] Retries\n- [ ] Limits\n' >docs/specs/a.md
git add --all
git commit -q -m base

echo 'Both change neighbouring criteria: nothing is left to do.'
printf '## 1. A\n\n- [x] Retries\n- [ ] Limits\n' | commit ours main
printf '## 1. A\n\n- [ ] Retries three times\n- [x] Limits\n- [ ] Logs\n' |
    commit theirs main
git checkout -q ours
git merge -q -m merged theirs || fail 'there are conflicts'
printf '## 1. A\n\n- [x] Retries three times\n- [x] Limits\n- [ ] Logs\n' |
    cmp - docs/specs/a.md || fail 'the merge is another one'

echo 'Both word one criterion anew: a conflict, the rest is merged.'
printf '## 1. A\n\n- [ ] Retries twice\n- [ ] Limits\n' | commit ours main
git merge -q -m merged theirs 2>"$folder/said" && fail 'there is no conflict'
grep -q 'docs/specs/a.md: 1 left to you' "$folder/said" ||
    fail "it said $(cat "$folder/said")"
grep -q '^<<<<<<<' docs/specs/a.md || fail 'the conflict is not marked'
grep -q '^- \[x\] Limits' docs/specs/a.md || fail 'the rest is not merged'
[ "$(git diff --name-only --diff-filter=U)" = docs/specs/a.md ] ||
    fail 'git knows nothing of the conflict'
git merge --abort

echo 'The file keeps its mode.'
printf '## 1. A\n\n- [x] B\n' >"$folder/theirs"
printf '## 1. A\n\n- [ ] B\n' >"$folder/base"
cp "$folder/base" "$folder/ours"
chmod 640 "$folder/ours"
"$driver" "$folder/base" "$folder/ours" "$folder/theirs"
cmp "$folder/ours" "$folder/theirs" || fail 'the merge is another one'
[ "$(stat -c %a "$folder/ours")" = 640 ] || fail 'the mode changed'

# in_trouble WHAT ARGUMENTS...: the driver fails, our version stays, and
# nothing is left beside it
in_trouble()
{
    what=$1
    shift
    status=0
    (
        trap '' XFSZ
        ulimit -f "$blocks"
        "$driver" "$@"
    ) 2>/dev/null || status=$?
    [ "$status" = 129 ] || fail "$what is $status"
    [ "$(cat "$folder/own/ours")" = ours ] || fail "$what: our version changed"
    [ "$(ls "$folder/own")" = ours ] || fail "$what: something is left"
}

echo 'Trouble leaves our version as it is.'
blocks=unlimited
mkdir "$folder/own"
echo ours >"$folder/own/ours"
in_trouble 'no arguments'
in_trouble 'a missing file' "$folder/none" "$folder/own/ours" "$folder/base"
cp "$folder/own/ours" "$folder/base"
seq 1000 >"$folder/theirs" # no file may have more than 512 or 1,024 bytes
blocks=1
in_trouble 'a full disk' "$folder/base" "$folder/own/ours" "$folder/theirs"
blocks=unlimited
if [ "$(id -u)" != 0 ]; then
    chmod 500 "$folder/own"
    in_trouble 'a read-only folder' \
        "$folder/base" "$folder/own/ours" "$folder/theirs"
    chmod 700 "$folder/own"
fi
echo ok
