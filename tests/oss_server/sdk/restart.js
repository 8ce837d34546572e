'use strict';
// restart.js before | after: what a server that was killed between the two still has.
const { Way, agent, assert, failure, md5, summary, test } = require('./harness');

const way = new Way(4, 'path');
way.client.setBucket('sdk-restart');
const c = way.client;
const half = Buffer.alloc(150 * 1024, 'half');

async function before() {
    await test('objects and a begun upload are stored', async () => {
        await c.putBucket('sdk-restart', { acl: 'public-read' });
        await c.put('kept/文件', Buffer.from('kept'), { meta: { a: '1' }, mime: 'text/css' });
        await c.put('removed', Buffer.from('removed'));
        await c.delete('removed');
        await c.append('log', Buffer.from('one'));
        await c.append('log', Buffer.from('two'), { position: 3 });
        await c.putSymlink('link', 'kept/文件');
        const { uploadId } = await c.initMultipartUpload('parts', { meta: { b: '2' } });
        const stream = require('node:stream').Readable.from([half]);
        await c._uploadPart('parts', uploadId, 1, { stream, size: half.length });
    });
}

async function after() {
    await test('all that was stored is still there', async () => {
        assert.equal((await c.getBucketACL('sdk-restart')).acl, 'public-read');
        const got = await c.get('link');
        assert.equal(got.content.toString(), 'kept');
        assert.equal((await c.head('kept/文件')).meta.a, '1');
        await failure(c.get('removed'), 'NoSuchKey', 404);
        await c.append('log', Buffer.from('three'), { position: 6 });
        assert.equal((await c.get('log')).content.toString(), 'onetwothree');
    });
    await test('a begun upload goes on', async () => {
        const { uploads } = await c.listUploads({});
        assert.equal(uploads.length, 1);
        const { uploadId } = uploads[0];
        const { parts } = await c.listParts('parts', uploadId, {});
        await c.completeMultipartUpload('parts', uploadId, [{ number: 1, etag: parts.ETag }]);
        const got = await c.get('parts');
        assert.equal(md5(got.content), md5(half));
        assert.equal(got.res.headers['x-oss-meta-b'], '2');
    });
}

(process.argv[2] === 'before' ? before() : after()).then(() => {
    agent.destroy();
    process.exit(summary() ? 0 : 1);
});
