// Runs one list of basic-ftp calls, given as JSON on standard input, and prints their results:
// {host, port, user, password, secure, secureOptions, calls: [[method, argument, ...], ...]}.
// Two methods are ours: "resume" and "resumeDownload" find the offset themselves.
"use strict";
const fs = require("fs");
const ftp = require("basic-ftp");

async function resume(client, local, remote) {
    const offset = await client.size(remote);
    return client.appendFrom(local, remote, { localStart: offset });
}

async function resumeDownload(client, local, remote) {
    return client.downloadTo(local, remote, fs.statSync(local).size);
}

function plain(result) {
    if (Array.isArray(result)) {
        return result.map(entry => ({ name: entry.name, directory: entry.isDirectory }));
    }
    return result === undefined ? null : result;
}

async function main() {
    const job = JSON.parse(fs.readFileSync(0, "utf8"));
    const client = new ftp.Client(20000);
    const results = [];
    try {
        await client.access({
            host: job.host, port: job.port, user: job.user, password: job.password,
            secure: job.secure, secureOptions: job.secureOptions });
        for (const [method, ...words] of job.calls) {
            if (method === "resume") {
                results.push(plain(await resume(client, ...words)));
            } else if (method === "resumeDownload") {
                results.push(plain(await resumeDownload(client, ...words)));
            } else {
                results.push(plain(await client[method](...words)));
            }
        }
    } finally {
        client.close();
    }
    process.stdout.write(JSON.stringify(results));
}

main().catch(error => {
    process.stdout.write(String(error.stack || error));
    process.exitCode = 1;
});
