import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import fp from 'fastify-plugin'

/**
 * OpenAPI, made from the same schemas that check requests and answers: /docs for people, /docs/json for tools.
 * @see https://github.com/fastify/fastify-swagger
 */
export const apiDocs = fp<{ publicUrl: string }>(
  async (app, options) => {
    await app.register(swagger, {
      openapi: {
        info: {
          title: 'WeCom guide assistant',
          description:
            'For the chain’s systems: /open/v1 with `Authorization: Bearer <key>`. For our own pages: /api with the session cookie.',
          version: '0.1.0',
        },
        servers: [{ url: options.publicUrl }],
        components: {
          securitySchemes: {
            apiKey: { type: 'http', scheme: 'bearer' },
            session: { type: 'apiKey', in: 'cookie', name: 'guide_session' },
          },
        },
      },
    })
    await app.register(swaggerUi, {
      routePrefix: '/docs',
      uiConfig: { docExpansion: 'list', validatorUrl: null },
      // the viewer writes style attributes; its scripts are files of ours
      staticCSP:
        "default-src 'self'; base-uri 'none'; form-action 'self'; object-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self'",
    })
  },
  { name: 'api-docs' },
)
