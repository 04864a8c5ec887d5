// tests/sdk/js/provider.mjs - an OpenID provider: npm's oidc-provider, certified, with one client
//
// Settings come as JSON in PROVIDER: issuer, client, secret, redirects, jwks (or none), port
// (0: any).  Prints the port it listens on.  Whoever logs in as NAME is subject NAME, with an
// e-mail at example.com.
import Provider from 'oidc-provider';

const settings = JSON.parse(process.env.PROVIDER);
const provider = new Provider(settings.issuer, {
  clients: [{
    client_id: settings.client,
    client_secret: settings.secret,
    redirect_uris: settings.redirects,
    id_token_signed_response_alg: 'RS256',
  }],
  jwks: settings.jwks,
  cookies: { keys: ['test'] },
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
  pkce: { required: () => true },
  findAccount: (ctx, id) => ({
    accountId: id,
    claims: () => ({
      sub: id,
      name: `User ${id}`,
      email: `${id}@example.com`,
      email_verified: !id.startsWith('unverified'),
    }),
  }),
});
const server = provider.listen(settings.port, '127.0.0.1', () => {
  console.log(server.address().port);
});
