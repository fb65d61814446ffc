#!/bin/sh
# A client of Goniec for the shell, with curl, jq and openssl. README.md tells its commands.
set -eu

url=${GONIEC_URL:-http://127.0.0.1:8080}
answer=$(mktemp)
trap 'rm -f "$answer"' EXIT

# call METHOD PATH [curl's options] leaves the answer in the file $answer. curl calls again
# after 429 and 503, waits as Retry-After says, and sends the same Idempotency-Key.
call() {
	method=$1 path=$2
	shift 2
	curl -sS --fail-with-body --retry 5 --retry-connrefused -o "$answer" -X "$method" "$url$path" \
		-H "Authorization: Bearer $GONIEC_TOKEN" "$@" || {
		jq -r '.code, .detail, (.errors[]? | "\(.field): \(.detail)")' "$answer" >&2
		exit 1
	}
}

# post KEY BODY posts a message. The key makes a repeated call send nothing twice.
post() {
	call POST /v1/messages -H 'Content-Type: application/json' -H "Idempotency-Key: $1" -d "$2"
}

# wait_until ID CONDITION reads a message until the condition, a filter of jq, holds.
wait_until() {
	until call GET "/v1/messages/$1" && jq -e "$2" "$answer" >/dev/null; do
		sleep 1
	done
}

command=${1:-}
case $command in
send) # TO TEXT KEY
	post "$4" "$(jq -n --arg to "$2" --arg text "$3" '{to: $to, text: $text}')"
	wait_until "$(jq -r .id "$answer")" '.status | IN("delivered", "failed", "expired", "cancelled")'
	jq -r '"\(.id) \(.status)"' "$answer"
	;;
ask) # TO TEXT KEY
	post "$4" "$(jq -n --arg to "$2" --arg text "$3" '{to: $to, text: $text, question: {kind: "yes_no"}}')"
	wait_until "$(jq -r .id "$answer")" '.question.status != "open"'
	jq -r '"\(.id) \(.answer.value // .question.status) \(.answer.text // "")"' "$answer"
	;;
inbox) # [AFTER]
	after=${2:-} cursor='' new=''
	while :; do # from the newest page to the one that holds what is known
		call GET "/v1/inbox?limit=50${cursor:+&cursor=$cursor}"
		new="$(jq -r --arg after "$after" '.items | reverse[] | select(.id > $after) | "\(.id) \(.from) \(.text | @json)"' "$answer")
$new"
		cursor=$(jq -r --arg after "$after" 'if all(.items[]; .id > $after) then .next // "" else "" end' "$answer")
		[ -n "$cursor" ] || break
	done
	printf '%s' "$new" | sed '/^$/d'
	;;
verify) # ID TIMESTAMP SIGNATURES, the body on standard input
	age=$(($(date +%s) - $3))
	[ "${age#-}" -le 300 ] || { echo "the timestamp is not of now" >&2 && exit 1; }
	key=$(printf %s "${GONIEC_SECRET#whsec_}" | openssl base64 -d -A | od -An -v -tx1 | tr -d ' \n')
	want=v1,$({ printf '%s.%s.' "$2" "$3" && cat; } | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | openssl base64 -A)
	case " $4 " in
	*" $want "*) echo genuine ;;
	*) echo "the signature is wrong" >&2 && exit 1 ;;
	esac
	;;
*)
	echo "usage: goniec.sh send TO TEXT KEY | ask TO TEXT KEY | inbox [AFTER] | verify ID TIMESTAMP SIGNATURES" >&2
	exit 2
	;;
esac
