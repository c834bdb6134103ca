#!/bin/sh
# Checks the proof in the current folder: sh verify.sh [KEY [ROOTS]]. KEY: the log's public key, a PEM file or name+id+base64; ROOTS: a PEM
# file with roots of time authorities: both from you, never from here. Ends with 0: sound; 1: unsound; 3: sound as far as it was checked.
key=${1-} roots=${2-} left='' name='' want='' LC_ALL=C; export LC_ALL
t=$(mktemp -d) && trap 'rm -rf "$t"' EXIT || exit 3; bad() { echo "UNSOUND: $*"; exit 1; }
hex() { od -An -v -tx1 | tr -d ' \n'; }; hash() { openssl dgst -sha256 -binary | base64; }    # 64 digits; 44, as they stand in proofs
node() { { printf '\001'; echo "$1" | base64 -d; echo "$2" | base64 -d; } | hash; }
spelt() { [ "$(echo "$1" | base64 -d 2>"$t/why" | base64 | tr -d '\n')" = "$1" ] || bad "not the one spelling of base64: $1"; }
climb() {      # RFC 9162, 2.1.3.2 and 2.1.4.2: from a node, number $1 of 0 to $2, up along hashes; all in standard input, one a line
    fn=$1 sn=$2; read -r old; new=$old; spelt "$old"
    while read -r p; do spelt "$p"; [ ${#p} = 44 ] && [ "$sn" != 0 ] || bad 'a proof has a hash that does not belong there'
        if [ $((fn & 1)) = 1 ] || [ "$fn" = "$sn" ]; then
            old=$(node "$p" "$old") new=$(node "$p" "$new"); while [ $((fn & 1)) = 0 ] && [ "$fn" != 0 ]; do fn=$((fn >> 1)) sn=$((sn >> 1)); done
        else new=$(node "$new" "$p"); fi; fn=$((fn >> 1)) sn=$((sn >> 1))
    done; [ "$sn" = 0 ] || bad 'a proof lacks a hash'; }
note() {       # reads a signed checkpoint into origin, size and root; with a key: is it signed by that?
    { read -r origin; read -r size; read -r root; read -r line; read -r line; } < "$1"; sig=${line##* }; spelt "$root"; spelt "$sig"
    case $size in '' | *[!0-9]* | 0* | ????????????????*) bad "$1 has no size" ;; esac; [ ${#root} = 44 ] || bad "$1 has no root"
    printf '%s\n%s\n%s\n' "$origin" "$size" "$root" > "$t/body"; { cat "$t/body"; printf '\n\342\200\224 %s %s\n' "$origin" "$sig"; } | cmp -s - "$1" || bad "$1 is no signed checkpoint"
    [ -n "$key" ] || return 0; id=$(echo "$sig" | base64 -d | head -c 4 | hex); echo "$sig" | base64 -d | tail -c +5 > "$t/sig"
    own=$({ printf '%s\n\001' "$origin"; tail -c 32 "$t/key"; } | openssl dgst -sha256 -binary | head -c 4 | hex)
    [ "$id" = "$own" ] || ! grep -qsx 'onrecord/1 key' entries/*/entry || { left=', signer not checked: the key was changed'; return 0; }
    [ "$id" = "$own" ] && [ "${want:-$id}" = "$id" ] && [ "${name:-$origin}" = "$origin" ] || bad "$1 is signed by another key"
    openssl pkeyutl -verify -pubin -keyform DER -inkey "$t/key" -rawin -in "$t/body" -sigfile "$t/sig" >"$t/why" 2>&1 || bad "$1: bad signature"; }
if [ -z "$key" ]; then left=', signer not checked'
elif grep -qs 'BEGIN PUBLIC KEY' "$key"; then openssl pkey -pubin -in "$key" -outform DER -out "$t/key" || exit 2
else [ ! -f "$key" ] || key=$(cat "$key"); name=${key%%+*} want=${key#*+} b=${key#*+*+}; want=${want%%+*}; spelt "$b"
    [ "$(echo "$b" | base64 -d | head -c 1 | hex)" = 01 ] || bad 'KEY is no Ed25519 key'
    { printf '0*0\005\006\003+ep\003!\000'; echo "$b" | base64 -d | tail -c +2; } > "$t/key"; fi
! grep -qvE '^[0-9a-f]{64}  [A-Za-z0-9._/-]+$' SHA256SUMS && sha256sum -c --strict --quiet SHA256SUMS || bad 'a file is not as it was made'
note checkpoint; newest=$size top=$root cr=$(printf '\r')
for dir in entries/*; do
    n=${dir#*/}; sed '1,/^$/d' "$dir/entry" > "$t/sums" && { [ ! -s "$t/sums" ] || (cd "$dir" && sha256sum -c --strict --quiet "$t/sums"); } || bad "$dir"
    of=$(sed -n '/^$/q;s/^capture //p' "$dir/entry"); [ -f "entries/${of:-$n}/entry" ] || bad "entry $n reads a capture that is not here"
    echo "entry $n of $origin: $(sed -n '1s/.* //p;/^$/q;s/^url //p;s/^final-url //p;s/^time //p' "$dir/entry" | tr '\n' ' ')"
    for proof in "$dir"/*.tlog-proof; do
        at=${proof##*/} at=stamps/${at%.*}/checkpoint; [ -f "$at" ] || at=checkpoint; note "$at"
        { { printf '\000'; cat "$dir/entry"; } | hash; sed -e '1,2d' -e '/^$/,$d' "$proof"; } > "$t/path"; [ "$n" -lt "$size" ] || bad "$proof: no entry"
        { printf 'c2sp.org/tlog-proof@v1\nindex %s\n' "$n"; sed 1d "$t/path"; echo; cat "$at"; } | cmp -s - "$proof" || bad "$proof: not of $at"
        climb "$n" $((size - 1)) < "$t/path"; [ "$new $proof" = "$root $dir/$size.tlog-proof" ] || bad "$proof: another root, or size"
done; done
(ulimit -f 2097152; gunzip -c < records.warc.gz > "$t/warc") 2>"$t/why" || bad 'records.warc.gz is damaged'
while IFS= read -r line; do type='' n='' w='records.warc.gz, a record'   # the block of each is what an entry sums, or certificates that it names
    while [ "$line" != "$cr" ]; do case $line in WARC-Type:*) type=$type$line ;; [Cc][Oo][Nn][Tt][Ee][Nn][Tt]-[Ll]*) n=$n$line ;; esac
        IFS= read -r line || bad "$w without an end"; done; n=${n#Content-Length: } n=${n%"$cr"}; case $n in '' | *[!0-9]*) bad "$w without a length" ;; esac
    sum=$(head -c "$n" | sha256sum); IFS= read -r a && IFS= read -r b && [ "$a$b" = "$cr$cr" ] || bad "$w of another length"; sum=${sum%% *}
    [ "$type" = "WARC-Type: warcinfo$cr" ] || grep -qE "^(tls[-0-9]* sha256:$sum |$sum  )" entries/*/entry || bad "$w that no entry sums"
done < "$t/warc"; [ -z "$line" ] || bad "$w"
for stamp in stamps/*/*.tsr; do [ -f "$stamp" ] || { echo "no independent time: the operator's word"; left="$left, time not checked"; break; }
    dir=${stamp%/*}; note "$dir/checkpoint"; [ "$dir" = "stamps/$size" ] || bad "$stamp: of another checkpoint"; a=$((size - 1)) b=$((newest - 1))
    if [ "$size" != "$newest" ]; then                        # the log has only grown from the stamped checkpoint to the newest one
        sed '1,/^$/d' "$dir/consistency" | cmp -s - checkpoint && [ "$(head -n 1 "$dir/consistency")" = "old $size" ] || bad "$dir/consistency"
        { [ $((size & a)) != 0 ] || echo "$root"; sed -e 1d -e '/^$/,$d' "$dir/consistency"; } > "$t/path"
        while [ $((a & 1)) = 1 ]; do a=$((a >> 1)) b=$((b >> 1)); done; climb $a $b < "$t/path"
        [ "$old" = "$root" ] && [ "$new" = "$top" ] || bad "$dir: the log has not only grown"; fi
    [ -n "$roots" ] || { left="$left, time not checked"; break; }
    time=$(openssl ts -reply -in "$stamp" -text 2>"$t/why" | sed -n 's/^Time stamp: //p'); epoch=$(date -u -d "$time" +%s) || bad "$stamp"
    openssl ts -verify -data "$dir/checkpoint" -in "$stamp" -CAfile "$roots" -attime "$epoch" >"$t/why" 2>&1 || bad "$stamp: not verified"
    for proof in entries/*/"$size".tlog-proof; do echo "${proof%/*}: in this log by $time ($(basename "$stamp" .tsr))"; done; done
[ -z "$left" ] && echo sound || { echo "sound as far as it was checked: ${left#, }"; exit 3; }
