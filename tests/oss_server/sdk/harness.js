'use strict';
// Clients of the official SDK for the server under test, and what runs and counts the tests.
const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');
const path = require('node:path');
const OSS = require('ali-oss');

const server = new URL(process.env.OSS_SERVER);
const keys = {
    accessKeyId: process.env.OSS_ACCESS_KEY_ID,
    accessKeySecret: process.env.OSS_ACCESS_KEY_SECRET,
};
const temporaryKeys = {
    accessKeyId: process.env.OSS_STS_ID,
    accessKeySecret: process.env.OSS_STS_SECRET,
    stsToken: process.env.OSS_STS_TOKEN,
};

// Whatever name is asked for, the server is here.
function lookup(name, options, done) {
    if (options.all) return done(null, [{ address: server.hostname, family: 4 }]);
    return done(null, server.hostname, 4);
}
const agent = new http.Agent({ keepAlive: true, lookup });

// How a bucket is named: in the Host of a request to an address, in the path, or by a real name.
const endpoints = {
    address: { endpoint: `http://${server.host}` },
    path: { endpoint: `http://localhost:${server.port}`, sldEnable: true },
    name: { endpoint: `http://oss-cn-hangzhou.aliyuncs.com:${server.port}` },
};

/// A way to talk to the server: a version of the signature and a style of addresses.
class Way {
    constructor(version, style) {
        this.version = version;
        this.style = style;
        this.bucket = `sdk-v${version}-${style}`;
        this.client = this.make();
    }

    get name() { return `V${this.version}, ${this.style}`; }

    make(options = {}) {
        return new OSS({
            region: 'oss-cn-hangzhou',
            bucket: this.bucket,
            secure: false,
            timeout: 120000,
            agent,
            authorizationV4: this.version === 4,
            // Without this the SDK says on every occasion that it would be better.
            refreshSTSToken: async () => temporaryKeys,
            refreshSTSTokenInterval: 3600000,
            ...endpoints[this.style],
            ...keys,
            ...options,
        });
    }
}

/// A request without the SDK: status, headers and body. `path` replaces the URL's, which cannot
/// hold everything.
function fetch(url, { method = 'GET', headers = {}, body, path: exact } = {}) {
    return new Promise((resolve, reject) => {
        const options = { method, headers, agent };
        if (exact) options.path = exact;
        const request = http.request(url, options, response => {
            const pieces = [];
            response.on('data', piece => pieces.push(piece));
            response.on('end', () => resolve({
                status: response.statusCode,
                headers: response.headers,
                body: Buffer.concat(pieces),
            }));
            response.on('error', reject);
        });
        request.on('error', reject);
        request.end(body);
    });
}

/// A link to an object, made by the SDK.
async function link(way, name, options = {}, client = way.client) {
    if (way.version === 1) return client.signatureUrl(name, options);
    const request = { headers: options.headers, queries: options.queries };
    return client.signatureUrlV4(options.method || 'GET', options.expires || 1800, request, name,
        options.additional);
}

/// The SDK's error of a call that must fail.
async function failure(promise, code, status) {
    let failed = null;
    try {
        await promise;
    } catch (error) {
        failed = error;
    }
    assert.ok(failed, `nothing failed, though ${code} was expected`);
    assert.equal(failed.code, code, `${failed.code}: ${failed.message}`);
    if (status) assert.equal(failed.status, status);
    return failed;
}

const md5 = bytes => crypto.createHash('md5').update(bytes).digest('hex').toUpperCase();

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'oss-sdk-'));
process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));

/// A file of random bytes.
function randomFile(size) {
    const name = path.join(folder, crypto.randomUUID());
    const bytes = crypto.randomBytes(size);
    fs.writeFileSync(name, bytes);
    return { name, bytes };
}

let passed = 0;
let failed = 0;

async function test(name, run) {
    try {
        await run();
        passed += 1;
    } catch (error) {
        failed += 1;
        console.log(`FAILED: ${name}\n    ${error.stack}`);
    }
}

function summary() {
    console.log(`${passed} passed, ${failed} failed`);
    return failed === 0 && passed > 0;
}

module.exports = {
    Way, agent, assert, failure, fetch, link, md5, randomFile, summary, temporaryKeys, test,
};
