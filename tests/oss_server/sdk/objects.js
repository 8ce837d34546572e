'use strict';
const fs = require('node:fs');
const { assert, failure, md5, randomFile, test } = require('./harness');
const { Readable } = require('node:stream');

module.exports = async way => {
    const c = way.client;
    const t = (name, run) => test(`${way.name}: ${name}`, run);

    await t('an object comes back as it was put', async () => {
        const put = await c.put('a/b.txt', Buffer.from('hello world'), {
            meta: { pid: 123, slug: 'test' },
            headers: { 'Cache-Control': 'max-age=5', 'Content-Disposition': 'attachment' },
        });
        assert.equal(put.res.headers.etag, `"${md5('hello world')}"`);
        assert.equal(put.res.headers['x-oss-hash-crc64ecma'], '5981764153023615706');
        const got = await c.get('a/b.txt');
        assert.equal(got.content.toString(), 'hello world');
        assert.equal(got.res.headers['content-type'], 'text/plain');
        assert.equal(got.res.headers['cache-control'], 'max-age=5');
        assert.equal(got.res.headers['x-oss-object-type'], 'Normal');
        assert.equal(got.res.headers['x-oss-storage-class'], 'Standard');
        assert.equal(got.res.headers['content-md5'], 'XrY7u+Ae7tCTyyK7j1rNww==');
        const head = await c.head('a/b.txt');
        assert.equal(head.status, 200);
        assert.deepEqual(head.meta, { pid: '123', slug: 'test' });
        assert.equal(head.res.headers['content-length'], '11');
        const meta = await c.getObjectMeta('a/b.txt');
        assert.equal(meta.res.headers['content-length'], '11');
        assert.equal(meta.res.headers['x-oss-meta-pid'], undefined);
    });
    await t('an empty object is an object', async () => {
        await c.put('empty', Buffer.from(''));
        const got = await c.get('empty');
        assert.equal(got.content.length, 0);
        assert.equal(got.res.headers['x-oss-hash-crc64ecma'], '0');
        assert.equal(got.res.headers.etag, `"${md5('')}"`);
    });
    await t('a big file goes up and down in pieces', async () => {
        const file = randomFile(9 * 1024 * 1024 + 7);
        await c.put('big', file.name);
        const down = `${file.name}.down`;
        await c.get('big', down);
        assert.equal(md5(fs.readFileSync(down)), md5(file.bytes));
        const { stream } = await c.getStream('big');
        let length = 0;
        for await (const piece of stream) length += piece.length;
        assert.equal(length, file.bytes.length);
    });
    await t('a stream of unknown length is taken', async () => {
        const file = randomFile(700 * 1024);
        await c.putStream('chunked', Readable.from([file.bytes.subarray(0, 1000),
            file.bytes.subarray(1000)]));
        assert.equal(md5((await c.get('chunked')).content), md5(file.bytes));
    });
    await t('ranges are those of OSS', async () => {
        await c.put('range', Buffer.from('0123456789'));
        const get = async (range, behavior) => {
            const headers = { Range: range };
            if (behavior) headers['x-oss-range-behavior'] = behavior;
            const got = await c.get('range', { headers });
            return [got.res.status, got.content.toString(), got.res.headers['content-range']];
        };
        const whole = [200, '0123456789', undefined];
        assert.deepEqual(await get('bytes=2-4'), [206, '234', 'bytes 2-4/10']);
        assert.deepEqual(await get('bytes=7-'), [206, '789', 'bytes 7-9/10']);
        assert.deepEqual(await get('bytes=-2'), [206, '89', 'bytes 8-9/10']);
        assert.deepEqual(await get('bytes=5-20'), whole);
        assert.deepEqual(await get('bytes=10-'), whole);
        assert.deepEqual(await get('bytes=4-2'), whole);
        assert.deepEqual(await get('nonsense'), whole);
        assert.deepEqual(await get('bytes=5-20', 'standard'), [206, '56789', 'bytes 5-9/10']);
        assert.deepEqual(await get('bytes=-20', 'standard'), [206, '0123456789', 'bytes 0-9/10']);
        await failure(get('bytes=10-', 'standard'), 'InvalidRange', 416);
    });
    await t('conditions decide on GET and HEAD', async () => {
        const { res } = await c.put('conditional', Buffer.from('x'));
        const { etag } = res.headers;
        const past = new Date(Date.now() - 86400000).toUTCString();
        const future = new Date(Date.now() + 86400000).toUTCString();
        const get = headers => c.get('conditional', { headers });
        assert.equal((await get({ 'If-Match': etag })).res.status, 200);
        await failure(get({ 'If-Match': '"0"' }), 'PreconditionFailed', 412);
        assert.equal((await c.head('conditional', { headers: { 'If-None-Match': etag } })).status, 304);
        assert.equal((await get({ 'If-None-Match': '"0"' })).res.status, 200);
        await failure(get({ 'If-Unmodified-Since': past }), 'PreconditionFailed', 412);
        assert.equal((await get({ 'If-Unmodified-Since': future })).res.status, 200);
        assert.equal((await get({ 'If-Modified-Since': past })).res.status, 200);
        // A download that goes on: the rest of the same version, or nothing.
        const rest = { Range: 'bytes=0-', 'x-oss-range-behavior': 'standard' };
        const more = await get({ ...rest, 'If-Match': etag });
        assert.equal(more.res.status, 206);
        assert.equal(more.res.headers['content-range'], 'bytes 0-0/1');
        assert.equal(more.content.toString(), 'x');
        await failure(get({ ...rest, 'If-Match': '"0"' }), 'PreconditionFailed', 412);
        const beyond = { ...rest, Range: 'bytes=1-' };
        await failure(get({ ...beyond, 'If-Match': etag }), 'InvalidRange', 416);
        await failure(get({ ...beyond, 'If-Match': '"0"' }), 'PreconditionFailed', 412);
        // An ETag that matches makes the date count for nothing.
        assert.equal((await get({ 'If-Match': etag, 'If-Unmodified-Since': past })).res.status, 200);
    });
    await t('what is not there is not found, but can be deleted', async () => {
        await failure(c.get('nothing'), 'NoSuchKey', 404);
        await failure(c.head('nothing'), 'NoSuchKey', 404);
        assert.equal((await c.delete('nothing')).res.status, 204);
    });
    await t('an object is replaced only where that is not forbidden', async () => {
        await c.put('once', Buffer.from('1'));
        const headers = { 'x-oss-forbid-overwrite': 'true' };
        await failure(c.put('once', Buffer.from('2'), { headers }), 'FileAlreadyExists', 409);
        await failure(c.copy('once', 'empty', { headers: { ...headers } }), 'FileAlreadyExists', 409);
        await c.put('once', Buffer.from('3'), { headers: { 'x-oss-forbid-overwrite': 'false' } });
        assert.equal((await c.get('once')).content.toString(), '3');
        await c.put('twice', Buffer.from('new'), { headers });
    });
    await t('a wrong digest is refused', async () => {
        const headers = { 'Content-MD5': 'XrY7u+Ae7tCTyyK7j1rNww==' };
        await failure(c.put('digest', Buffer.from('other'), { headers }), 'InvalidDigest', 400);
        headers['Content-MD5'] = 'nonsense';
        await failure(c.put('digest', Buffer.from('other'), { headers }), 'InvalidDigest', 400);
        await failure(c.head('digest'), 'NoSuchKey', 404);
    });
    await t('objects are copied with their metadata, or with others', async () => {
        await c.put('from', Buffer.from('copied'), {
            meta: { a: '1' }, mime: 'text/css', headers: { 'x-oss-tagging': 'k=v' },
        });
        const { data } = await c.copy('to', 'from');
        assert.equal(data.etag, `"${md5('copied')}"`);
        let head = await c.head('to');
        assert.deepEqual(head.meta, { a: '1' });
        assert.equal(head.res.headers['content-type'], 'text/css');
        assert.equal(head.res.headers['x-oss-tagging-count'], '1');
        await c.copy('to', 'from', { meta: { b: '2' }, headers: { 'Content-Type': 'text/xml' } });
        head = await c.head('to');
        assert.deepEqual(head.meta, { b: '2' });
        assert.equal(head.res.headers['content-type'], 'text/xml');
        assert.equal((await c.get('to')).content.toString(), 'copied');
        const other = { headers: { 'If-Match': '"0"' } };
        await failure(c.copy('to', 'from', other), 'PreconditionFailed', 412);
        await failure(c.copy('to', 'nothing'), 'NoSuchKey', 404);
    });
    await t('metadata of an object is replaced in place', async () => {
        await c.put('meta', Buffer.from('stays'), { meta: { a: '1' } });
        await c.putMeta('meta', { b: '2' });
        const got = await c.get('meta');
        assert.equal(got.content.toString(), 'stays');
        assert.equal(got.res.headers['x-oss-meta-a'], undefined);
        assert.equal(got.res.headers['x-oss-meta-b'], '2');
        const huge = { a: 'x'.repeat(9000) };
        await failure(c.put('huge', Buffer.from('x'), { meta: huge }), 'InvalidArgument', 400);
    });
    await t('an object grows at its end', async () => {
        const first = await c.append('log', Buffer.from('hello '));
        assert.equal(first.nextAppendPosition, '6');
        const second = await c.append('log', Buffer.from('world'), { position: 6 });
        assert.equal(second.nextAppendPosition, '11');
        assert.equal(second.res.headers['x-oss-hash-crc64ecma'], '5981764153023615706');
        const got = await c.get('log');
        assert.equal(got.content.toString(), 'hello world');
        assert.equal(got.res.headers['x-oss-object-type'], 'Appendable');
        assert.equal(got.res.headers['x-oss-next-append-position'], '11');
        const middle = await c.get('log', { headers: { Range: 'bytes=4-7' } });
        assert.equal(middle.content.toString(), 'o wo');
        const wrong = await failure(c.append('log', Buffer.from('!'), { position: 5 }),
            'PositionNotEqualToLength', 409);
        assert.equal(wrong.requestId.length, 24);
        await c.put('fixed', Buffer.from('fixed'));
        await failure(c.append('fixed', Buffer.from('!'), { position: 5 }), 'ObjectNotAppendable', 409);
        await c.copy('log-copy', 'log');
        assert.equal((await c.get('log-copy')).content.toString(), 'hello world');
        await c.putMeta('log', { kept: 'yes' });
        await c.append('log', Buffer.from('!'), { position: 11 });
        assert.equal((await c.get('log')).content.toString(), 'hello world!');
    });
    await t('many objects are deleted at once', async () => {
        const names = ['m/1', 'm/2 & <3>', 'm/"4"', 'm/文件'];
        for (const name of names) await c.put(name, Buffer.from(name));
        const { deleted } = await c.deleteMulti([...names, 'm/none']);
        assert.equal(deleted.length, 5);
        for (const name of names) await failure(c.head(name), 'NoSuchKey', 404);
        await c.put('m/5', Buffer.from('5'));
        await c.deleteMulti(['m/5'], { quiet: true });
        await failure(c.head('m/5'), 'NoSuchKey', 404);
        const many = Array.from({ length: 1001 }, (_, i) => `m/${i}`);
        await failure(c.deleteMulti(many), 'MalformedXML', 400);
    });
    await t('encryption and class are kept and shown', async () => {
        const headers = { 'x-oss-server-side-encryption': 'AES256', 'x-oss-storage-class': 'IA' };
        const put = await c.put('special', Buffer.from('x'), { headers });
        assert.equal(put.res.headers['x-oss-server-side-encryption'], 'AES256');
        const head = await c.head('special');
        assert.equal(head.res.headers['x-oss-server-side-encryption'], 'AES256');
        assert.equal(head.res.headers['x-oss-storage-class'], 'IA');
        const wrong = { 'x-oss-server-side-encryption': 'ROT13' };
        await failure(c.put('special', Buffer.from('x'), { headers: wrong }),
            'InvalidEncryptionAlgorithmError', 400);
    });
};
