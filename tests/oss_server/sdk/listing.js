'use strict';
const { assert, failure, test } = require('./harness');

module.exports = async way => {
    const t = (name, run) => test(`${way.name}: ${name}`, run);
    const bucket = `${way.bucket}-list`;
    await way.client.putBucket(bucket);
    const c = way.make({ bucket });
    const names = ['a.txt', 'dir/', 'dir/a', 'dir/b/c', 'dir/b/d', 'dir2/x', 'e e', 'é', 'z'];
    for (const name of names) await c.put(name, Buffer.from(name));
    const of = page => (page.objects || []).map(o => o.name);

    await t('a listing is in the order of the bytes', async () => {
        const all = await c.list({ 'max-keys': 1000 });
        assert.deepEqual(of(all), ['a.txt', 'dir/', 'dir/a', 'dir/b/c', 'dir/b/d', 'dir2/x', 'e e',
            'z', 'é']);
        assert.equal(all.isTruncated, false);
        assert.equal(all.objects[0].size, 5);
        assert.match(all.objects[0].lastModified, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/);
        assert.match(all.objects[0].etag, /^"[0-9A-F]{32}"$/);
        assert.equal(all.objects[0].type, 'Normal');
        assert.equal(all.objects[0].storageClass, 'Standard');
    });
    await t('folders are rolled up', async () => {
        const top = await c.list({ delimiter: '/' });
        assert.deepEqual(of(top), ['a.txt', 'e e', 'z', 'é']);
        assert.deepEqual(top.prefixes, ['dir/', 'dir2/']);
        const below = await c.list({ delimiter: '/', prefix: 'dir/' });
        assert.deepEqual(of(below), ['dir/', 'dir/a']);
        assert.deepEqual(below.prefixes, ['dir/b/']);
        assert.deepEqual(of(await c.list({ prefix: 'no' })), []);
        const odd = await c.list({ delimiter: 'ir' });
        assert.deepEqual(odd.prefixes, ['dir']);
    });
    await t('pages of version 1 join without gaps', async () => {
        for (const size of [1, 2, 3, 8]) {
            let marker;
            const seen = [];
            const folders = [];
            do {
                const query = { delimiter: '/', 'max-keys': size };
                if (marker) query.marker = marker;
                const page = await c.list(query);
                assert.ok(of(page).length + (page.prefixes || []).length <= size);
                seen.push(...of(page));
                folders.push(...(page.prefixes || []));
                marker = page.nextMarker;
                assert.equal(page.isTruncated, marker !== null);
            } while (marker);
            assert.deepEqual(seen, ['a.txt', 'e e', 'z', 'é']);
            assert.deepEqual(folders, ['dir/', 'dir2/']);
        }
        assert.deepEqual(of(await c.list({ marker: 'dir/b/c' })),
            ['dir/b/d', 'dir2/x', 'e e', 'z', 'é']);
        assert.deepEqual(of(await c.list({ marker: 'dir/b/ca' })),
            ['dir/b/d', 'dir2/x', 'e e', 'z', 'é']);
    });
    await t('pages of version 2 join without gaps', async () => {
        for (const size of [1, 2, 3, 8]) {
            let token;
            const seen = [];
            do {
                const query = { delimiter: '/', 'max-keys': size };
                if (token) query['continuation-token'] = token;
                const page = await c.listV2(query);
                const shown = [...of(page), ...(page.prefixes || [])];
                assert.equal(page.keyCount, shown.length);
                seen.push(...shown);
                token = page.nextContinuationToken;
                assert.equal(page.isTruncated, Boolean(token));
            } while (token);
            assert.deepEqual(seen.sort(), ['a.txt', 'dir/', 'dir2/', 'e e', 'z', 'é'].sort());
        }
        const after = await c.listV2({ 'start-after': 'e', 'fetch-owner': 'true' });
        assert.deepEqual(of(after), ['e e', 'z', 'é']);
        assert.ok(after.objects[0].owner.id);
        assert.equal((await c.listV2({})).objects[0].owner, null);
        await failure(c.listV2({ 'continuation-token': '?' }), 'InvalidArgument', 400);
    });
    await t('a page has 100 entries unless asked otherwise', async () => {
        const work = [];
        for (let i = 0; i < 101; i += 1) work.push(c.put(`many/${i}`, Buffer.from('')));
        await Promise.all(work);
        const page = await c.list({ prefix: 'many/' });
        assert.equal(page.objects.length, 100);
        assert.equal(page.isTruncated, true);
        assert.equal((await c.list({ prefix: 'many/', 'max-keys': 1000 })).objects.length, 101);
        await failure(c.list({ 'max-keys': 1001 }), 'InvalidArgument', 400);
        await failure(c.list({ 'max-keys': 'x' }), 'InvalidArgument', 400);
        const none = await c.list({ 'max-keys': 0 });
        assert.equal(none.objects.length, 0);
        assert.equal(none.isTruncated, false);
        await c.deleteMulti(Array.from({ length: 101 }, (_, i) => `many/${i}`));
    });
    await t('names are encoded where that is asked for', async () => {
        const page = await c.list({ 'encoding-type': 'url', prefix: 'dir/b/', delimiter: '/' });
        assert.deepEqual(of(page), ['dir%2Fb%2Fc', 'dir%2Fb%2Fd']);
        const next = await c.list({ 'encoding-type': 'url', 'max-keys': 7, delimiter: '/' });
        assert.deepEqual(of(next), ['a.txt', 'e%20e', 'z', '%C3%A9']);
        assert.deepEqual(next.prefixes, ['dir%2F', 'dir2%2F']);
        await failure(c.list({ 'encoding-type': 'base64' }), 'InvalidArgument', 400);
        const second = { 'encoding-type': 'url', 'max-keys': 2, prefix: 'dir/', delimiter: '/' };
        const first = await c.listV2(second);
        assert.deepEqual(of(first), ['dir%2F', 'dir%2Fa']);
        assert.equal(first.isTruncated, true);
        const token = { 'continuation-token': first.nextContinuationToken };
        const rest = await c.listV2({ ...second, ...token });
        assert.deepEqual(rest.prefixes, ['dir%2Fb%2F']);
        assert.equal(rest.isTruncated, false);
        const after = await c.listV2({ 'encoding-type': 'url', 'start-after': 'dir2/x' });
        assert.deepEqual(of(after), ['e%20e', 'z', '%C3%A9']);
        await failure(c.listV2({ 'encoding-type': 'base64' }), 'InvalidArgument', 400);
    });
};
