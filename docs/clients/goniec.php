<?php
// A client of Goniec in PHP 8, without libraries. README.md tells its commands. As a script of a
// web server it receives webhooks: php -S 127.0.0.1:9000 goniec.php

declare(strict_types=1);

const LAST_TRY = 5;

/** Returns the answer. Calls again after 429, 500, 503, 507 and a broken connection. */
function call(string $method, string $path, ?array $body = null, ?string $key = null): array
{
    $url = getenv('GONIEC_URL') ?: 'http://127.0.0.1:8080';
    $headers = ['Authorization: Bearer ' . getenv('GONIEC_TOKEN'), 'Content-Type: application/json'];
    if ($key !== null) { // the same in every attempt, so that nothing is sent twice
        $headers[] = 'Idempotency-Key: ' . $key;
    }
    $context = stream_context_create(['http' => [
        'method' => $method, 'header' => $headers, 'content' => $body === null ? '' : json_encode($body),
        'ignore_errors' => true, 'timeout' => 30,
    ]]);
    for ($attempt = 0;; $attempt++) {
        $http_response_header = [];
        $answer = @file_get_contents($url . $path, false, $context);
        $status = $answer === false ? 0 : (int) explode(' ', $http_response_header[0])[1];
        if ($status >= 200 && $status < 300) {
            return json_decode($answer, true);
        }
        if (!in_array($status, [0, 429, 500, 503, 507], true) || $attempt === LAST_TRY) {
            $problem = json_decode((string) $answer, true) ?? ['code' => 'unreachable', 'detail' => "No answer from $url."];
            $wrong = array_map(fn($e) => "{$e['field']}: {$e['detail']}", $problem['errors'] ?? []);
            fwrite(STDERR, implode("\n", [$problem['code'], $problem['detail'], ...$wrong]) . "\n");
            exit(1);
        }
        $pause = preg_grep('/^Retry-After:/i', $http_response_header);
        sleep($pause ? (int) substr(reset($pause), strlen('Retry-After:')) : 2 ** $attempt);
    }
}

/** Posts a message and reads it until it is done. A program with much to do receives webhooks instead. */
function post(array $body, string $key, callable $done): array
{
    $message = call('POST', '/v1/messages', $body, $key);
    while (!$done($message)) {
        sleep(1);
        $message = call('GET', '/v1/messages/' . $message['id']);
    }
    return $message;
}

function send(string $to, string $text, string $key): void
{
    $final = ['delivered', 'failed', 'expired', 'cancelled'];
    $message = post(['to' => $to, 'text' => $text], $key, fn($m) => in_array($m['status'], $final, true));
    echo "{$message['id']} {$message['status']}\n";
}

function ask(string $to, string $text, string $key): void
{
    $question = ['kind' => 'yes_no'];
    $message = post(['to' => $to, 'text' => $text, 'question' => $question], $key, fn($m) => $m['question']['status'] !== 'open');
    $answer = $message['answer'] ?? ['value' => $message['question']['status']];
    echo "{$message['id']} {$answer['value']} " . ($answer['text'] ?? '') . "\n";
}

function inbox(string $after = ''): void
{
    $new = [];
    $query = ['limit' => 50];
    do { // from the newest page to the one that holds what is known
        $page = call('GET', '/v1/inbox?' . http_build_query($query));
        $unknown = array_filter($page['items'], fn($item) => $item['id'] > $after);
        array_push($new, ...$unknown);
        $query['cursor'] = $page['next'] ?? '';
    } while ($query['cursor'] !== '' && count($unknown) === count($page['items']));
    foreach (array_reverse($new) as $item) {
        echo "{$item['id']} {$item['from']} " . json_encode($item['text'], JSON_UNESCAPED_UNICODE) . "\n";
    }
}

/** Verifies the signature of a webhook by Standard Webhooks. */
function genuine(string $body): bool
{
    $stamp = $_SERVER['HTTP_WEBHOOK_TIMESTAMP'] ?? '';
    if (!ctype_digit($stamp) || abs(time() - (int) $stamp) > 300) {
        return false;
    }
    $key = base64_decode(substr((string) getenv('GONIEC_SECRET'), strlen('whsec_')));
    $signed = ($_SERVER['HTTP_WEBHOOK_ID'] ?? '') . ".$stamp.$body";
    $want = 'v1,' . base64_encode(hash_hmac('sha256', $signed, $key, true));
    $signatures = explode(' ', $_SERVER['HTTP_WEBHOOK_SIGNATURE'] ?? '');
    return (bool) array_filter($signatures, fn($s) => hash_equals($want, $s));
}

if (PHP_SAPI !== 'cli') {
    $body = file_get_contents('php://input');
    if (!genuine($body)) {
        http_response_code(401);
        return;
    }
    $event = json_decode($body, true); // store it here; the same id may come twice
    error_log($event['type'] . ' ' . ($event['data']['id'] ?? ''));
    http_response_code(204);
    return;
}

if (!in_array($argv[1] ?? '', ['send', 'ask', 'inbox'], true)) {
    fwrite(STDERR, "usage: goniec.php send TO TEXT KEY | ask TO TEXT KEY | inbox [AFTER]\n");
    exit(2);
}
$argv[1](...array_slice($argv, 2));
