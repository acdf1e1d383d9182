import { runScript } from './support/open.ts'
import { makeSbom } from './support/sbom.ts'

const HELP = `npm run --silent sbom > sbom.json
The bill of materials (CycloneDX) of everything a production install may bring, from package-lock.json.`

await runScript(async () => {
  if (process.argv.includes('--help')) process.stdout.write(`${HELP}\n`)
  else process.stdout.write(`${JSON.stringify(await makeSbom(), null, 2)}\n`)
})
