'use strict';
const { assert, failure, md5, randomFile, test } = require('./harness');

const part = 100 * 1024; // the least that OSS takes

module.exports = async way => {
    const c = way.client;
    const t = (name, run) => test(`${way.name}: ${name}`, run);
    const file = randomFile(5 * part + 17);
    const put = (name, id, number, begin, end) =>
        c.uploadPart(name, id, number, file.name, begin, end);

    await t('an upload in parallel parts becomes one object', async () => {
        const done = await c.multipartUpload('parts', file.name, {
            partSize: part, parallel: 4, meta: { a: '1' }, mime: 'text/css',
        });
        assert.match(done.etag, /^"[0-9A-F]{32}-6"$/);
        const got = await c.get('parts');
        assert.equal(md5(got.content), md5(file.bytes));
        assert.equal(got.res.headers['x-oss-object-type'], 'Multipart');
        assert.equal(got.res.headers['x-oss-meta-a'], '1');
        assert.equal(got.res.headers['content-type'], 'text/css');
        const range = { headers: { Range: `bytes=${part - 2}-${2 * part + 2}` } };
        const over = await c.get('parts', range);
        assert.equal(md5(over.content), md5(file.bytes.subarray(part - 2, 2 * part + 3)));
        // The checksum of all is that of the same bytes in one piece.
        const whole = await c.put('whole', file.bytes);
        assert.equal(got.res.headers['x-oss-hash-crc64ecma'],
            whole.res.headers['x-oss-hash-crc64ecma']);
    });
    await t('a big file goes up in parts of a megabyte', async () => {
        const big = randomFile(12 * 1024 * 1024 + 1);
        await c.multipartUpload('big-parts', big.name, { partSize: 1024 * 1024, parallel: 3 });
        assert.equal(md5((await c.get('big-parts')).content), md5(big.bytes));
    });
    await t('an upload is invisible until it is complete', async () => {
        const { uploadId } = await c.initMultipartUpload('slow');
        await put('slow', uploadId, 2, part, 2 * part);
        const first = await put('slow', uploadId, 7, 2 * part, 2 * part + 5);
        await put('slow', uploadId, 1, 0, part);
        await failure(c.head('slow'), 'NoSuchKey', 404);
        const listed = await c.listParts('slow', uploadId, {});
        assert.deepEqual(listed.parts.map(p => [p.PartNumber, p.Size]),
            [['1', `${part}`], ['2', `${part}`], ['7', '5']]);
        assert.equal(listed.parts[2].ETag, first.etag);
        const page = await c.listParts('slow', uploadId, { 'max-parts': 2 });
        assert.equal(page.isTruncated, 'true');
        assert.equal(page.nextPartNumberMarker, '2');
        const rest = await c.listParts('slow', uploadId, { 'part-number-marker': 2 });
        assert.equal(rest.parts.PartNumber, '7');
        const parts = listed.parts.map(p => ({ number: Number(p.PartNumber), etag: p.ETag }));
        await c.completeMultipartUpload('slow', uploadId, parts);
        assert.equal(md5((await c.get('slow')).content), md5(file.bytes.subarray(0, 2 * part + 5)));
        await failure(c.listParts('slow', uploadId, {}), 'NoSuchUpload', 404);
        await failure(c.completeMultipartUpload('slow', uploadId, parts), 'NoSuchUpload', 404);
    });
    await t('a part that is sent again replaces the old one', async () => {
        const { uploadId } = await c.initMultipartUpload('again');
        await put('again', uploadId, 1, 0, part);
        const last = await put('again', uploadId, 1, 7, 20);
        await c.completeMultipartUpload('again', uploadId, [{ number: 1, etag: last.etag }]);
        assert.equal(md5((await c.get('again')).content), md5(file.bytes.subarray(7, 20)));
    });
    await t('what cannot become an object is refused', async () => {
        const { uploadId } = await c.initMultipartUpload('bad');
        const small = await put('bad', uploadId, 1, 0, part - 1);
        const last = await put('bad', uploadId, 2, 0, 5);
        const complete = parts => c.completeMultipartUpload('bad', uploadId, parts);
        const one = { number: 1, etag: small.etag };
        await failure(complete([one, { number: 2, etag: last.etag }]), 'EntityTooSmall', 400);
        await failure(complete([{ number: 1, etag: '"0"' }]), 'InvalidPart', 400);
        await failure(complete([{ number: 3, etag: small.etag }]), 'InvalidPart', 400);
        await failure(complete([]), 'MalformedXML', 400);
        await failure(put('bad', uploadId, 0, 0, 5), 'InvalidArgument', 400);
        await failure(put('bad', uploadId, 10001, 0, 5), 'InvalidArgument', 400);
        await failure(put('bad', 'NOSUCHUPLOAD', 1, 0, 5), 'NoSuchUpload', 404);
        await c.abortMultipartUpload('bad', uploadId);
        await failure(c.abortMultipartUpload('bad', uploadId), 'NoSuchUpload', 404);
        await failure(put('bad', uploadId, 1, 0, 5), 'NoSuchUpload', 404);
    });
    await t('complete-all takes every part, and may be told not to replace', async () => {
        const { uploadId } = await c.initMultipartUpload('all');
        await put('all', uploadId, 1, 0, part);
        await put('all', uploadId, 2, part, part + 3);
        await c.put('all', Buffer.from('old'));
        const complete = headers => {
            const params = c._objectRequestParams('POST', 'all', { subres: { uploadId }, headers });
            params.successStatuses = [200];
            return c.request(params);
        };
        const all = { 'x-oss-complete-all': 'yes' };
        await failure(complete({ ...all, 'x-oss-forbid-overwrite': 'true' }), 'FileAlreadyExists', 409);
        await complete(all);
        assert.equal(md5((await c.get('all')).content), md5(file.bytes.subarray(0, part + 3)));
    });
    await t('an object is copied in parts', async () => {
        await c.put('source', file.bytes);
        const { uploadId } = await c.initMultipartUpload('target');
        const from = { sourceKey: 'source', sourceBucketName: way.bucket };
        const parts = [];
        for (const [number, range] of [[1, `0-${2 * part - 1}`], [2, `${2 * part}-${5 * part + 16}`]]) {
            const copied = await c.uploadPartCopy('target', uploadId, number, range, from);
            parts.push({ number, etag: copied.etag });
        }
        const beyond = c.uploadPartCopy('target', uploadId, 3, `0-${5 * part + 17}`, from);
        await failure(beyond, 'InvalidRange', 416);
        const { etag } = (await c.head('source')).res.headers;
        const when = (condition, tag) => c.uploadPartCopy('target', uploadId, 3, '0-9', from,
            { headers: { [`x-oss-copy-source-if-${condition}`]: tag } });
        const third = await when('match', etag);
        await failure(when('match', '"0"'), 'PreconditionFailed', 412);
        assert.equal((await c.listParts('target', uploadId, {})).parts[2].ETag, third.etag);
        await c.completeMultipartUpload('target', uploadId, parts);
        assert.equal(md5((await c.get('target')).content), md5(file.bytes));
        await c.multipartUploadCopy('target2', { ...from, sourceKey: 'target' }, { partSize: part });
        assert.equal(md5((await c.get('target2')).content), md5(file.bytes));
        await c.copy('target3', 'target2');
        const head = await c.head('target3');
        assert.equal(head.res.headers.etag, `"${md5(file.bytes)}"`);
        assert.equal(head.res.headers['x-oss-object-type'], 'Normal');
    });
    await t('an upload that must not replace does not, whenever it says so', async () => {
        const forbids = () => ({ headers: { 'x-oss-forbid-overwrite': 'true' } });
        const upload = async (name, first, last) => {
            const { uploadId } = await c.initMultipartUpload(name, first);
            const { etag } = await put(name, uploadId, 1, 0, 9);
            await c.completeMultipartUpload(name, uploadId, [{ number: 1, etag }], last);
        };
        await upload('kept', forbids(), forbids());
        await failure(upload('kept', forbids(), {}), 'FileAlreadyExists', 409);
        await failure(upload('kept', {}, forbids()), 'FileAlreadyExists', 409);
        assert.equal(md5((await c.get('kept')).content), md5(file.bytes.subarray(0, 9)));
        for (const u of (await c.listUploads({ prefix: 'kept' })).uploads)
            await c.abortMultipartUpload('kept', u.uploadId);
    });
    await t('an upload in parts is given its ACL when it is completed', async () => {
        const acl = { headers: { 'x-oss-object-acl': 'public-read' } };
        const upload = async (name, first, last) => {
            const { uploadId } = await c.initMultipartUpload(name, first);
            const { etag } = await put(name, uploadId, 1, 0, 9);
            await c.completeMultipartUpload(name, uploadId, [{ number: 1, etag }], last);
            return (await c.getACL(name)).acl;
        };
        assert.equal(await upload('acl-parts', acl, {}), 'default');
        assert.equal(await upload('acl-parts', {}, acl), 'public-read');
    });
    await t('unfinished uploads are listed in pages', async () => {
        const ids = [];
        for (const name of ['u/a', 'u/a', 'u/b/c', 'u/d']) {
            const { uploadId } = await c.initMultipartUpload(name);
            ids.push([name, uploadId]);
        }
        const all = await c.listUploads({ prefix: 'u/' });
        assert.deepEqual(all.uploads.map(u => u.name), ['u/a', 'u/a', 'u/b/c', 'u/d']);
        assert.deepEqual(all.uploads.map(u => u.uploadId).sort(), ids.map(i => i[1]).sort());
        const seen = [];
        let query = { prefix: 'u/', 'max-uploads': 1 };
        for (;;) {
            const page = await c.listUploads(query);
            seen.push(...page.uploads.map(u => u.name));
            if (!page.isTruncated) break;
            query = {
                ...query, 'key-marker': page.nextKeyMarker, 'upload-id-marker': page.nextUploadIdMarker,
            };
        }
        assert.deepEqual(seen, ['u/a', 'u/a', 'u/b/c', 'u/d']);
        const top = await c.listUploads({ prefix: 'u/', delimiter: '/' });
        assert.deepEqual(top.uploads.map(u => u.name), ['u/a', 'u/a', 'u/d']);
        const encoded = await c.listUploads({
            prefix: 'u/', 'max-uploads': 3, 'encoding-type': 'url',
        });
        assert.deepEqual(encoded.uploads.map(u => u.name), ['u%2Fa', 'u%2Fa', 'u%2Fb%2Fc']);
        assert.equal(encoded.nextKeyMarker, 'u%2Fb%2Fc');
        for (const [name, id] of ids) await c.abortMultipartUpload(name, id);
        assert.equal((await c.listUploads({ prefix: 'u/' })).uploads.length, 0);
    });
};
