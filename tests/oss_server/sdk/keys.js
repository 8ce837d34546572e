'use strict';
const {
    assert, failure, fetch, link, test,
} = require('./harness');

const names = [
    'with space', 'plus+plus', 'percent%percent', 'percent%20encoded', '中文/文件.txt', 'emoji 🎉',
    'quotes "double" \'single\'', 'a//b', 'trailing/',
    'question?mark', 'hash#hash', 'amp&amp;', '<xml>', 'star*', 'tilde~', 'back\\slash',
    'semi;colon,comma', '(paren)!', 'equals=equals', 'e\u0301 decomposed', '@:$', `long/${'x'.repeat(1000)}`,
];
// The SDK itself changes these on their way: they go by links.
const dots = ['a/../x', '../x', './y', 'dots/.../..', '..', 'x/.'];
const controls = ['new\nline', 'tab\there', 'return\rhere', 'bell\u0007', 'delete\u007f'];

module.exports = async way => {
    const t = (name, run) => test(`${way.name}: ${name}`, run);
    const bucket = `${way.bucket}-keys`;
    await way.client.putBucket(bucket);
    const c = way.make({ bucket });

    for (const name of [...names, ...controls]) {
        await t(`the key ${JSON.stringify(name).slice(0, 40)} is kept as it is`, async () => {
            await c.put(name, Buffer.from(name));
            const got = await c.get(name);
            assert.equal(got.content.toString(), name);
            const encoded = await c.list({ 'encoding-type': 'url', prefix: name, 'max-keys': 1 });
            assert.equal(decodeURIComponent(encoded.objects[0].name), name);
            await c.copy(`${name.slice(0, 900)}.copy`, name);
            assert.equal((await c.get(`${name.slice(0, 900)}.copy`)).content.toString(), name);
            await c.delete(`${name.slice(0, 900)}.copy`);
            if (!controls.includes(name)) {
                const plain = await c.list({ prefix: name, 'max-keys': 1 });
                assert.equal(plain.objects[0].name, name);
                await c.deleteMulti([name]);
            } else {
                await c.delete(name);
            }
            await failure(c.head(name), 'NoSuchKey', 404);
        });
    }
    for (const name of way.style === 'address' ? [] : dots) {
        await t(`the key ${name} is kept as it is`, async () => {
            const send = async (method, body) => {
                const url = await link(way, name, { method }, c);
                const encoded = encodeURIComponent(name).replace(/%2F/g, '/');
                const path = way.style === 'path' ? `/${bucket}/${encoded}` : `/${encoded}`;
                return fetch(url, { method, body, path: path + new URL(url).search });
            };
            assert.equal((await send('PUT', name)).status, 200);
            assert.equal((await send('GET')).body.toString(), name);
            assert.deepEqual((await c.list({})).objects.map(o => o.name), [name]);
            assert.equal((await send('DELETE')).status, 204);
        });
    }
    await t('a key and a folder of the same name live side by side', async () => {
        for (const name of ['same', 'same/', 'same/below']) await c.put(name, Buffer.from(name));
        for (const name of ['same', 'same/', 'same/below'])
            assert.equal((await c.get(name)).content.toString(), name);
        await c.deleteMulti(['same', 'same/', 'same/below']);
    });
    await t('a key may have 1023 bytes and no more, and not begin with a backslash', async () => {
        await c.put('k'.repeat(1023), Buffer.from('x'));
        await c.delete('k'.repeat(1023));
        await failure(c.put('k'.repeat(1024), Buffer.from('x')), 'InvalidObjectName', 400);
        await failure(c.put('\\k', Buffer.from('x')), 'InvalidObjectName', 400);
    });
    await t('a bucket that was emptied key by key is empty', async () => {
        assert.equal((await c.list({})).objects.length, 0);
        await c.deleteBucket(bucket);
    });
    await t('a key that is not UTF-8 or not encoded is refused', async () => {
        const url = way.client._getReqUrl({ bucket: way.bucket, object: '' });
        for (const key of ['%ff', '%', '%zz', '%00'])
            assert.ok([400, 403].includes((await fetch(`${url}${key}`)).status), key);
    });
};
