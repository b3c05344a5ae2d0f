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

echo 'Trouble leaves our version as it is.'
echo ours >"$folder/ours"
status=0
"$driver" "$folder/none" "$folder/ours" "$folder/ours" 2>/dev/null || status=$?
[ "$status" = 2 ] || fail "a missing file is $status"
[ "$(cat "$folder/ours")" = ours ] || fail 'our version changed'
status=0
"$driver" 2>/dev/null || status=$?
[ "$status" = 2 ] || fail "no arguments are $status"
echo ok
