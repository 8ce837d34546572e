'use strict';
const { Way, agent, summary } = require('./harness');

const suites = ['buckets', 'objects', 'listing', 'multipart', 'attributes', 'keys', 'links',
    'credentials'].map(name => require(`./${name}`));

async function main() {
    for (const version of [1, 4]) {
        for (const style of ['address', 'path', 'name']) {
            const way = new Way(version, style);
            await way.client.putBucket(way.bucket);
            for (const suite of suites) await suite(way);
        }
    }
    agent.destroy();
    process.exit(summary() ? 0 : 1);
}

main().catch(error => {
    console.log(error);
    process.exit(1);
});
