'use strict';
const {
    assert, fetch, link: linkOf, md5, randomFile, temporaryKeys, test,
} = require('./harness');

module.exports = async way => {
    if (way.style === 'address') return; // a URL alone has no bucket there
    const c = way.client;
    const t = (name, run) => test(`${way.name}: ${name}`, run);
    const code = answer => (/<Code>(\w+)<\/Code>/.exec(answer.body.toString()) || [])[1];
    const link = (name, options, client) => linkOf(way, name, options, client);

    await t('anybody with the link may read, and nobody may change it', async () => {
        await c.put('linked +%文', Buffer.from('linked'), { mime: 'text/css' });
        const url = await link('linked +%文');
        const got = await fetch(url);
        assert.equal(got.body.toString(), 'linked');
        assert.equal(got.headers['content-type'], 'text/css');
        const broken = new URL(url);
        broken.pathname = broken.pathname.replace('linked', 'other');
        assert.equal(code(await fetch(broken)), 'SignatureDoesNotMatch');
        assert.equal(code(await fetch(url, { method: 'DELETE' })), 'SignatureDoesNotMatch');
        assert.equal(code(await fetch(url, { headers: { 'x-oss-meta-a': 'b' } })),
            'SignatureDoesNotMatch');
        assert.equal((await fetch(url, { headers: { Range: 'bytes=1-2' } })).body.toString(), 'in');
    });
    await t('a link may replace headers of the answer', async () => {
        const url = await link('linked +%文', way.version === 1
            ? { response: { 'content-type': 'text/x-test', 'content-disposition': 'inline; a="b"' } }
            : { queries: {
                'response-content-type': 'text/x-test',
                'response-content-disposition': 'inline; a="b"',
            } });
        const got = await fetch(url);
        assert.equal(got.headers['content-type'], 'text/x-test');
        assert.equal(got.headers['content-disposition'], 'inline; a="b"');
    });
    await t('a link may be for an upload', async () => {
        const type = { 'Content-Type': 'text/css' };
        const url = await link('up', way.version === 1
            ? { method: 'PUT', 'Content-Type': 'text/css' } : { method: 'PUT', headers: type });
        const { bytes } = randomFile(300 * 1024);
        assert.equal((await fetch(url, { method: 'PUT', body: bytes, headers: type })).status, 200);
        assert.equal(md5((await c.get('up')).content), md5(bytes));
        const other = { 'Content-Type': 'text/plain' };
        assert.equal(code(await fetch(url, { method: 'PUT', body: 'x', headers: other })),
            'SignatureDoesNotMatch');
    });
    await t('a link that has expired is refused', async () => {
        const url = new URL(await link('linked +%文'));
        if (way.version === 1) {
            const old = await link('linked +%文', { expires: -10 });
            const answer = await fetch(old);
            assert.equal(answer.status, 403);
            assert.equal(code(answer), 'AccessDenied');
            assert.match(answer.body.toString(), /expired/);
            url.searchParams.set('Expires', '4000000000');
        } else {
            assert.equal((await fetch(await link('linked +%文', { expires: 604801 }))).status, 400);
            url.searchParams.set('x-oss-expires', '3600');
        }
        assert.equal(code(await fetch(url)), 'SignatureDoesNotMatch');
    });
    await t('temporary credentials make links, with their token', async () => {
        const url = new URL(await link('linked +%文', {}, way.make(temporaryKeys)));
        assert.equal((await fetch(url)).body.toString(), 'linked');
        const name = way.version === 1 ? 'security-token' : 'x-oss-security-token';
        url.searchParams.set(name, 'another');
        assert.equal(code(await fetch(url)), 'InvalidSecurityToken');
        url.searchParams.delete(name);
        assert.equal(code(await fetch(url)), 'InvalidAccessKeyId');
    });
    if (way.version !== 4) return;
    await t('a link may hold the client to one host', async () => {
        const { host } = new URL(c._getReqUrl({ bucket: way.bucket, object: 'a' }));
        const url = await link('linked +%文', { headers: { host }, additional: ['host'] });
        assert.equal((await fetch(url)).body.toString(), 'linked');
        const elsewhere = { host: 'oss-cn-hangzhou-internal.aliyuncs.com' };
        elsewhere.host = `${way.bucket}.${elsewhere.host}`;
        const path = `/${encodeURIComponent('linked +%文')}${new URL(url).search}`;
        assert.equal(code(await fetch(url, { headers: elsewhere, path })), 'SignatureDoesNotMatch');
    });
};
