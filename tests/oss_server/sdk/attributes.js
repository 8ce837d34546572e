'use strict';
const { assert, failure, fetch, test } = require('./harness');

module.exports = async way => {
    const c = way.client;
    const t = (name, run) => test(`${way.name}: ${name}`, run);

    await t('an object has an ACL of its own', async () => {
        await c.put('acl', Buffer.from('x'));
        assert.equal((await c.getACL('acl')).acl, 'default');
        await c.putACL('acl', 'public-read');
        assert.equal((await c.getACL('acl')).acl, 'public-read');
        await failure(c.putACL('acl', 'everybody'), 'InvalidArgument', 400);
        await failure(c.getACL('nothing'), 'NoSuchKey', 404);
    });
    await t('a public object needs no signature, others do', async () => {
        if (way.style === 'address') return; // plain requests need a name in the URL
        const url = name => c._getReqUrl({ bucket: way.bucket, object: name });
        await c.put('public', Buffer.from('free'), { headers: { 'x-oss-object-acl': 'public-read' } });
        await c.put('private', Buffer.from('secret'));
        assert.equal((await fetch(url('public'))).body.toString(), 'free');
        const denied = await fetch(url('private'));
        assert.equal(denied.status, 403);
        assert.match(denied.body.toString(), /<Code>AccessDenied<\/Code>/);
        assert.equal((await fetch(url('public'), { method: 'DELETE' })).status, 403);
        assert.equal((await fetch(`${url('public')}?response-content-type=a`)).status, 400);
    });
    await t('tags are kept, shown and removed', async () => {
        await c.put('tags', Buffer.from('x'));
        await c.putObjectTagging('tags', { age: '18', 'a b': 'c+d=e' });
        assert.deepEqual((await c.getObjectTagging('tags')).tag, { age: '18', 'a b': 'c+d=e' });
        assert.equal((await c.head('tags')).res.headers['x-oss-tagging-count'], '2');
        await c.deleteObjectTagging('tags');
        assert.deepEqual((await c.getObjectTagging('tags')).tag, {});
        const many = 'a=1&b=2&c=3&d=4&e=5&f=6&g=7&h=8&i=9&j=10&k=11';
        await failure(c.put('tags', Buffer.from('x'), { headers: { 'x-oss-tagging': many } }),
            'InvalidArgument', 400);
    });
    await t('a symbolic link shows what it leads to', async () => {
        await c.put('目标 +', Buffer.from('target'), { mime: 'text/css' });
        await c.putSymlink('link', '目标 +', { meta: { own: 'yes' } });
        const about = await c.getSymlink('link');
        assert.equal(about.targetName, '目标 +');
        const got = await c.get('link');
        assert.equal(got.content.toString(), 'target');
        assert.equal(got.res.headers['x-oss-object-type'], 'Symlink');
        assert.equal(got.res.headers['x-oss-symlink-target-type'], 'Normal');
        assert.equal(got.res.headers['x-oss-meta-own'], 'yes');
        const { objects } = await c.list({ prefix: 'link' });
        assert.deepEqual(objects.map(o => [o.type, o.size]), [['Symlink', 0]]);
        await c.putSymlink('link-to-link', 'link');
        await failure(c.get('link-to-link'), 'InvalidTargetType', 400);
        await c.delete('目标 +');
        await failure(c.get('link'), 'SymlinkTargetNotExist', 404);
        await c.put('no-link', Buffer.from('x'));
        await failure(c.getSymlink('no-link'), 'NotSymlink', 400);
        await failure(c.getSymlink('nothing'), 'NoSuchKey', 404);
    });
    await t('an archived object is readable once it is restored', async () => {
        await c.put('cold', Buffer.from('cold'), { headers: { 'x-oss-storage-class': 'Archive' } });
        assert.equal((await c.head('cold')).res.headers['x-oss-storage-class'], 'Archive');
        await failure(c.get('cold'), 'InvalidObjectState', 403);
        await failure(c.copy('warm', 'cold'), 'InvalidObjectState', 403);
        assert.equal((await c.restore('cold')).res.status, 202);
        assert.equal((await c.get('cold')).content.toString(), 'cold');
        assert.match((await c.head('cold')).res.headers['x-oss-restore'],
            /^ongoing-request="false", expiry-date="[^"]+ GMT"$/);
        await c.put('colder', Buffer.from('c'), { headers: { 'x-oss-storage-class': 'ColdArchive' } });
        assert.equal((await c.restore('colder', { type: 'ColdArchive', Days: 3 })).res.status, 202);
        await c.put('hot', Buffer.from('hot'));
        await failure(c.restore('hot'), 'OperationNotSupported', 400);
    });
};
