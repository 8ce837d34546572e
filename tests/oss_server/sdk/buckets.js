'use strict';
const { assert, failure, test } = require('./harness');

module.exports = async way => {
    const c = way.client;
    const t = (name, run) => test(`${way.name}: ${name}`, run);
    const other = `${way.bucket}-other`;

    await t('a bucket is made, described and removed', async () => {
        const made = await c.putBucket(other, { acl: 'public-read', storageClass: 'IA' });
        assert.equal(made.res.status, 200);
        assert.match(made.res.headers['x-oss-request-id'], /^[0-9A-F]{24}$/);
        const { bucket } = await c.getBucketInfo(other);
        assert.equal(bucket.Name, other);
        assert.equal(bucket.Location, 'oss-cn-hangzhou');
        assert.equal(bucket.StorageClass, 'IA');
        assert.equal(bucket.AccessControlList.Grant, 'public-read');
        await failure(c.putBucket(other), 'BucketAlreadyExists', 409);
        assert.equal((await c.deleteBucket(other)).res.status, 204);
        await failure(c.getBucketInfo(other), 'NoSuchBucket', 404);
    });
    await t('a bucket has a location, an ACL and a count', async () => {
        assert.equal((await c.getBucketLocation(way.bucket)).location, 'oss-cn-hangzhou');
        await c.putBucketACL(way.bucket, 'public-read');
        assert.equal((await c.getBucketACL(way.bucket)).acl, 'public-read');
        await c.putBucketACL(way.bucket, 'private');
        assert.equal((await c.getBucketACL(way.bucket)).acl, 'private');
        await c.put('counted', Buffer.from('12345'));
        const { stat } = await c.getBucketStat(way.bucket);
        assert.equal(stat.ObjectCount, '1');
        assert.equal(stat.Storage, '5');
        await c.delete('counted');
    });
    await t('a bucket with something in it is not removed', async () => {
        await c.putBucket(other);
        const there = way.make({ bucket: other });
        await there.put('a', Buffer.from('a'));
        await failure(c.deleteBucket(other), 'BucketNotEmpty', 409);
        await there.delete('a');
        const { uploadId } = await there.initMultipartUpload('b');
        await failure(c.deleteBucket(other), 'BucketNotEmpty', 409);
        await there.abortMultipartUpload('b', uploadId);
        await c.deleteBucket(other);
    });
    await t('what is in no bucket is not found', async () => {
        const nowhere = way.make({ bucket: 'no-such-bucket' });
        await failure(nowhere.get('a'), 'NoSuchBucket', 404);
        await failure(nowhere.list({}), 'NoSuchBucket', 404);
    });
    if (way.style === 'address') return; // there the SDK has no name for the service itself
    await t('buckets are listed in pages', async () => {
        const { buckets, owner } = await c.listBuckets({ prefix: 'sdk-' });
        assert.ok(owner.id);
        assert.ok(buckets.some(b => b.name === way.bucket));
        const page = await c.listBuckets({ prefix: 'sdk-', 'max-keys': 1 });
        assert.equal(page.buckets.length, 1);
        assert.equal(page.isTruncated, buckets.length > 1);
    });
};
