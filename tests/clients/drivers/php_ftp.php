<?php
// Runs one list of PHP's ftp_ functions, given as JSON on standard input, and prints their results:
// {host, port, user, password, secure, passive, calls: [[function, argument, ...], ...]}.
$job = json_decode(stream_get_contents(STDIN), true);
$connect = $job["secure"] ? "ftp_ssl_connect" : "ftp_connect";
$connection = $connect($job["host"], $job["port"], 20) ?: exit(1);
ftp_login($connection, $job["user"], $job["password"]) || exit(1);
ftp_pasv($connection, $job["passive"]) || exit(1);
$results = [];
foreach ($job["calls"] as $call) {
    $result = $call[0]($connection, ...array_slice($call, 1));
    if ($result === false) {
        exit(1);
    }
    $results[] = $result;
}
ftp_close($connection);
echo json_encode($results);
